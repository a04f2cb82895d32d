-- One row per product and landed day on which an event told of it: its last entry of that day.
with products as (
    select unnest(from_json(products, '["json"]')) as product, event_at, landed_date, source_file, source_line
    from {{ ref('stg_snowplow__records') }}
    where json_array_length(products) > 0
)

select
    product ->> 'id' as item_id,
    product ->> 'name' as item_name,
    product ->> 'category' as category,
    product ->> 'brand' as brand,
    try_cast(product ->> 'price' as decimal(18, 4)) as price_amount,
    event_at as observed_at,
    landed_date,
    source_file,
    source_line
from products
where product ->> 'id' is not null
qualify
    row_number() over (
        partition by item_id, landed_date order by source_file desc, source_line desc, product::varchar
    ) = 1
