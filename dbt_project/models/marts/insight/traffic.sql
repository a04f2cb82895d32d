-- One row per event_date, dimension (channel, device_type) and value.
select
    event_date,
    dimension,
    value,
    count(distinct user_key) as visitor_count,
    sum(event_count)::bigint as event_count,
    sum(order_count)::bigint as order_count
from {{ ref('user_dimension_activity') }}
where known_to = {{ open_end() }}
group by event_date, dimension, value
