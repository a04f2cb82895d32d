-- One row per item and landed day on which it was seen.
select
    item_id,
    arg_max(category_id, source_line) as category,
    max(ts) as observed_at,
    landed_date,
    any_value(source_file) as source_file,
    max(source_line) as source_line
from {{ source('raw', 'taobao_userbehavior__behaviours') }}
group by item_id, landed_date
