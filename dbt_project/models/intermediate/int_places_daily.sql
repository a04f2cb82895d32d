-- One row per identifier, place, part of the day, event_date and landed_date: where people were, as their events tell.
with placed as (
    select
        *,
        event_at at time zone '{{ var("home_time_zone") }}' as local_at
    from {{ ref('int_events') }}
    where
        {{ in_landed_range() }} and not is_bot and not is_idle and {{ makes_a_person() }}
        and coalesce(city, region, country) is not null
)

select
    identifier_key,
    country,
    region,
    city,
    case
        when is_order_only then 'other'
        when hour(local_at) >= 20 or hour(local_at) < 7 then 'night'
        when isodow(local_at) <= 5 and hour(local_at) between 9 and 16 then 'working_hours'
        else 'other'
    end as day_part,
    event_date,
    landed_date,
    count(*) as event_count
from placed
group by all
