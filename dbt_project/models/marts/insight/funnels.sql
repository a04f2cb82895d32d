-- One row per event_date: how many people reached each step, from a visit to a purchase.
with people as (
    select
        map.user_key,
        activity.event_date,
        sum(activity.view_count) as view_count,
        sum(activity.cart_count) as cart_count,
        sum(activity.order_count) as order_count
    from {{ ref('int_activity_daily') }} as activity
    inner join {{ ref('identity_map') }} as map using (identifier_key)
    group by map.user_key, activity.event_date
)

select
    event_date,
    count(*) as visitor_count,
    count(*) filter (view_count > 0) as viewer_count,
    count(*) filter (cart_count > 0) as cart_user_count,
    count(*) filter (order_count > 0) as buyer_count
from people
group by event_date
