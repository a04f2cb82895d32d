-- One row per event_date, dimension (channel, device_type) and value.
select
    activity.event_date,
    activity.dimension,
    activity.value,
    count(distinct map.user_key) as visitor_count,
    sum(activity.event_count)::bigint as event_count,
    sum(activity.order_count)::bigint as order_count
from {{ ref('int_activity_dimensions') }} as activity
inner join {{ ref('identity_map') }} as map using (identifier_key)
group by activity.event_date, activity.dimension, activity.value
