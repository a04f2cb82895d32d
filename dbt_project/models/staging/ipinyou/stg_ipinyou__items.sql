-- One row per creative and landed day on which it was shown.
select
    creative as item_id,
    max(slotwidth || 'x' || slotheight) as category,
    any_value(advertiser order by source_line) as brand,
    max(happened_at) as observed_at,
    landed_date,
    any_value(source_file order by source_file) as source_file,
    max(source_line) as source_line
from {{ source('raw', 'ipinyou__impressions') }}
group by creative, landed_date
