-- One row per event_date: how many people reached each step, from a visit to a purchase.
with people as (
    select
        user_key,
        event_date,
        sum(view_count) as view_count,
        sum(cart_count) as cart_count,
        sum(order_count) as order_count
    from {{ ref('user_activity') }}
    where known_to = {{ open_end() }}
    group by user_key, event_date
)

select
    event_date,
    count(*) as visitor_count,
    count(*) filter (view_count > 0) as viewer_count,
    count(*) filter (cart_count > 0) as cart_user_count,
    count(*) filter (order_count > 0) as buyer_count
from people
group by event_date
