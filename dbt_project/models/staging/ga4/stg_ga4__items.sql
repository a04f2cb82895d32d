-- One row per item and landed day on which an event told of it: its last entry of that day.
with told as (
    select
        unnest(from_json(items, '["json"]')) as item,
        event_timestamp as observed_at,
        landed_date,
        source_file,
        source_line
    from {{ source('raw', 'ga4__events') }}
    where json_array_length(items) > 0
)

select
    item ->> 'item_id' as item_id,
    item ->> 'item_name' as item_name,
    item ->> 'item_category' as category,
    item ->> 'item_brand' as brand,
    (item ->> 'price')::decimal(18, 4) as price_amount,
    observed_at,
    landed_date,
    source_file,
    source_line
from told
where item ->> 'item_id' is not null
qualify
    row_number() over (
        partition by item_id, landed_date order by source_file desc, source_line desc, item::varchar
    ) = 1
