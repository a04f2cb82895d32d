-- One row per event_date, dimension (channel, device_type) and value.
select
    event_date,
    dimension,
    value,
    count(distinct map.user_key) as visitor_count,
    sum(event_count)::bigint as event_count,
    sum(order_count)::bigint as order_count
from {{ ref('int_activity_dimensions') }} as activity
inner join {{ ref('identity_map') }} as map using (identifier_key)
group by event_date, dimension, value
