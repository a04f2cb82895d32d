-- One row per item and catalogue entry: a fact with both clocks.
with items as (
    {{ cleaned('int_items') }}
)

select
    item_id,
    item_name,
    category,
    category_top,
    brand,
    price_amount,
    cost_amount,
    stock_quantity,
    min_age,
    blocked_regions,
    is_consumable,
    available_from,
    available_to,
    observed_at,
    landed_date,
    source_file,
    source_line
from items
