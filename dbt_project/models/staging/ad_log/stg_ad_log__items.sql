-- One row per creative and landed day on which it was shown.
select
    crid as item_id,
    max(adomain ->> '$[0]') as brand,
    max(cid) as category,
    max(happened_at) as observed_at,
    landed_date,
    any_value(source_file order by source_file) as source_file,
    max(source_line) as source_line
from {{ source('raw', 'ad_log__impressions') }}
where crid is not null
group by crid, landed_date
