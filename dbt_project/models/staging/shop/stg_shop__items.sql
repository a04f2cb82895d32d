-- One row per item and change of its catalogue entry.
select
    item_id,
    name as item_name,
    string_split(category_path, ' > ')[-1] as category,
    string_split(category_path, ' > ')[1] as category_top,
    brand,
    price_amount,
    cost_amount,
    stock_quantity,
    min_age,
    string_split(blocked_regions, '|') as blocked_regions,
    is_consumable,
    updated_at as observed_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__items') }}
