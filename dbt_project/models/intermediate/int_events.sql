-- One row per accepted event of any source, in one shape.
with events as (
    {{ union_sources('events') }}
)

select
    event_id,
    source,
    event_type,
    event_at,
    (event_at at time zone '{{ var("home_time_zone") }}')::date as event_date,
    identifier_key,
    identifier_type,
    login_key,
    anonymous_key,
    device_key,
    device_type,
    channel,
    campaign_id,
    order_id,
    item_id,
    query,
    quantity,
    amount,
    currency,
    rating,
    is_bot,
    landed_date,
    source_file,
    source_line
from events
where {{ in_landed_range() }}
