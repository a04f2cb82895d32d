-- One row per time that an identifier put an item into the cart, took it out, or bought it.
select
    identifier_key,
    item_id,
    event_type as action,
    event_at as action_at,
    source,
    order_id,
    quantity,
    amount,
    event_date,
    landed_date
from {{ ref('int_events') }}
where
    {{ in_landed_range() }} and not is_bot and {{ makes_a_person() }}
    and item_id is not null and event_type in ('cart', 'cart_removal', 'purchase')
