-- One row per item and landed day on which it was reviewed.
select
    item_id,
    landed_date,
    any_value(source_file order by source_file) as source_file,
    max(source_line) as source_line
from {{ source('raw', 'amazon_beauty__reviews') }}
group by item_id, landed_date
