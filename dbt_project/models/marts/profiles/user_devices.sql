-- One row per person and device: what it is, how much it is used, whether other people log in on it too.
with used as (
    {{ served_facts('int_devices_daily') }}
),

logins as (
    select device_key, count(distinct user_key) as person_count
    from used
    where identifier_type = 'login'
    group by device_key
),

-- What a device says of itself may change, with an update of its browser for instance.
summed as (
    select
        as_of_date,
        user_key,
        device_key,
        {%- for said in ['device_type', 'os', 'browser'] %}
        arg_max({{ said }}, (event_date, event_count, {{ said }})) as {{ said }},
        {%- endfor %}
        sum(event_count)::bigint as event_count,
        min(event_date) as first_event_date,
        max(event_date) as last_event_date
    from used
    group by as_of_date, user_key, device_key
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    {{ key_as_id('device_key') }} as device_id,
    device_type,
    os,
    browser,
    event_count,
    first_event_date,
    last_event_date,
    coalesce(logins.person_count, 0) as person_count,
    coalesce(logins.person_count, 0) > 1 as is_shared,
    row_number() over (
        partition by user_key order by event_count desc, last_event_date desc, device_key asc
    ) as device_rank
from summed
left join logins using (device_key)
