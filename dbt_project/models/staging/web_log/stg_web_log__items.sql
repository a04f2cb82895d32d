-- One row per page and landed day on which it was read.
select
    item_id,
    item_id as item_name,
    '/' || split_part(item_id, '/', 2) as category,
    max(event_at) as observed_at,
    landed_date,
    any_value(source_file order by source_file) as source_file,
    max(source_line) as source_line
from {{ ref('stg_web_log__events') }}
where item_id is not null and not is_bot
group by item_id, landed_date
