-- One row per product and landed day on which a call told of it: its last entry of that day.
with told as (
    select
        unnest(case
            when json_array_length(products) > 0 then from_json(products, '["json"]')
            else [json_object(
                'product_id', product_id, 'name', product_name, 'category', category, 'brand', brand, 'price', price
            )]
        end) as product,
        happened_at as observed_at,
        landed_date,
        source_file,
        source_line
    from {{ source('raw', 'segment__calls') }}
    where type = 'track'
)

select
    product ->> 'product_id' as item_id,
    product ->> 'name' as item_name,
    product ->> 'category' as category,
    product ->> 'brand' as brand,
    (product ->> 'price')::decimal(18, 4) as price_amount,
    observed_at,
    landed_date,
    source_file,
    source_line
from told
where product ->> 'product_id' is not null
qualify
    row_number() over (
        partition by item_id, landed_date order by source_file desc, source_line desc, product::varchar
    ) = 1
