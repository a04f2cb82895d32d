-- One row per identifier and landed_date: when that day first saw it.
with seen as (
    select identifier_key, identifier_type, event_at, landed_date from {{ ref('int_events') }}
    where {{ in_landed_range() }} and not is_bot and {{ makes_a_person() }}
    union all
    -- A browser that logged in is known from its own events too.
    select anonymous_key, 'anonymous' as identifier_type, event_at, landed_date from {{ ref('int_events') }}
    where {{ in_landed_range() }} and not is_bot and anonymous_key is not null and login_key is not null
    union all
    select
        {{ person_key('customers') }} as identifier_key,
        {{ person_type('customers') }} as identifier_type,
        observed_at,
        landed_date
    from {{ ref('int_customers') }} as customers
    where {{ in_landed_range() }}
)

select
    identifier_key,
    any_value(identifier_type) as identifier_type,
    min(event_at) as first_event_at,
    landed_date
from seen
group by identifier_key, landed_date
