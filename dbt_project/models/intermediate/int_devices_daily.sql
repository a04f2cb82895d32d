-- One row per identifier, device, what it says of itself, event_date and landed_date: with what people came.
select
    identifier_key,
    identifier_type,
    coalesce(device_key, anonymous_key) as device_key,
    device_type,
    os,
    browser,
    event_date,
    landed_date,
    count(*) as event_count
from {{ ref('int_events') }}
where
    {{ in_landed_range() }} and not is_bot and {{ makes_a_person() }}
    and coalesce(device_key, anonymous_key) is not null
group by all
