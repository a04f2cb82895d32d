-- One row per line of an order.
with orders as (
    select
        *,
        from_json(
            lines,
            '[{"line_number": "BIGINT", "item_id": "VARCHAR", "quantity": "BIGINT", "price_amount": "DECIMAL(18,4)"}]'
        ) as listed
    from {{ source('raw', 'shop__orders') }}
),

spread as (
    select * exclude (listed), unnest(listed) as line, generate_subscripts(listed, 1) as place from orders
)

select
    -- A line that has no number of its own goes by its place.
    order_id || ':' || coalesce(line.line_number, place) as event_id,
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
from spread
