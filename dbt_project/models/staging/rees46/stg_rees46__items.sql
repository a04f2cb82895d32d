-- One row per item and landed day on which it was seen: its last entry of that day.
select
    product_id as item_id,
    brand || ' ' || string_split(category_code, '.')[-1] as item_name,
    coalesce(string_split(category_code, '.')[-1], category_id) as category,
    string_split(category_code, '.')[1] as category_top,
    brand,
    price as price_amount,
    event_time as observed_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'rees46__events') }}
qualify row_number() over (partition by product_id, landed_date order by source_file desc, source_line desc) = 1
