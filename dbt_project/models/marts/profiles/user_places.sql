-- One row per Sunday, person seen in the week before it and kind of place: where they mostly are, live and work, where
-- the evidence of the rule's window suffices, as known on that Sunday.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_cuts_of_run() }}",
) }}
with cuts as (
    select as_of_date from {{ ref('int_cuts') }}
    where is_weekly
        {% if is_incremental() %}
        and as_of_date > (select coalesce(max(as_of_date), date '0001-01-01') from {{ this }})
        {% endif %}
),

places as (
    {{ facts_of_people(ref('int_places_daily')) }}
),

seen as (
    select cuts.as_of_date, rules.*, places.* exclude (day_part)
    from cuts
    cross join {{ ref('place_rules') }} as rules
    inner join places
        on (rules.day_part = 'any' or rules.day_part = places.day_part)
        and places.event_date <= cuts.as_of_date
        and places.event_date > cuts.as_of_date - rules.window_days
    where {{ is_known_on('cuts.as_of_date', 'places') }}
),

observed as (
    select as_of_date, user_key, place_kind, count(distinct event_date) as observed_day_count
    from seen
    group by as_of_date, user_key, place_kind
    having max(event_date) > as_of_date - 7
),

supported as (
    select
        as_of_date,
        user_key,
        place_kind,
        country,
        region,
        city,
        count(distinct event_date) as day_count,
        sum(event_count)::bigint as event_count,
        any_value(observed_day_count) as observed_day_count
    from seen
    inner join observed using (as_of_date, user_key, place_kind)
    group by as_of_date, user_key, place_kind, country, region, city
    having
        count(distinct event_date) >= any_value(minimum_day_count)
        and count(distinct event_date) >= any_value(minimum_share) * any_value(observed_day_count)
)

select
    as_of_date,
    user_key,
    place_kind,
    country,
    region,
    city,
    day_count,
    observed_day_count,
    day_count / observed_day_count as day_share
from supported
qualify row_number() over (
    partition by as_of_date, user_key, place_kind
    order by day_count desc, event_count desc, country asc, region asc, city asc
) = 1
