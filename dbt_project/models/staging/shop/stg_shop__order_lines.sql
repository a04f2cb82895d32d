-- One row per line of an order.
with orders as (
    select
        *,
        unnest(from_json(
            lines,
            '[{"line_number": "BIGINT", "item_id": "VARCHAR", "quantity": "BIGINT", "price_amount": "DECIMAL(18,4)"}]'
        )) as line
    from {{ source('raw', 'shop__orders') }}
)

select
    order_id || ':' || line.line_number as event_id,
    'purchase' as event_type,
    ordered_at as event_at,
    login_key,
    anonymous_key,
    device_key,
    device_type,
    channel,
    order_id,
    currency,
    line.item_id,
    line.quantity,
    (line.quantity * line.price_amount)::decimal(18, 4) as amount,
    landed_date,
    source_file,
    source_line
from orders
