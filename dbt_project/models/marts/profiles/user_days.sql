-- One row per person, event_date and interval of knowledge: what was known of that day on any date in the interval.
{{ config(
    materialized='per_person',
    pre_hook="{{ declare_columns(daily_columns(activity_measures(), money='decimal(38, 4)')) }}",
) }}
with days as materialized (
    select
        user_key,
        event_date,
        greatest(landed_date, known_from) as visible_from,
        known_to as visible_to,
        count(*) over (partition by user_key, event_date) = 1 as is_told_once,
        * exclude (user_key, event_date, landed_date, known_from, known_to)
    from {{ ref('user_activity') }}
    where landed_date < known_to
),

-- Of few days more is told later, or by another identifier; those alone are added up anew for each interval.
visible as (
    select * from days where not is_told_once
),

changes as (
    select user_key, event_date, visible_from as changed_on from visible
    union
    select user_key, event_date, visible_to as changed_on from visible
),

intervals as (
    select
        user_key,
        event_date,
        changed_on as known_from,
        lead(changed_on) over (partition by user_key, event_date order by changed_on) as known_to
    from changes
)

select
    intervals.user_key,
    intervals.event_date,
    intervals.known_from,
    intervals.known_to,
    {%- for measure in activity_measures() %}
    sum(visible.{{ measure }})::{{ measure_type(measure) }} as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from intervals
inner join visible
    on intervals.user_key = visible.user_key
    and intervals.event_date = visible.event_date
    and intervals.known_from >= visible.visible_from
    and intervals.known_from < visible.visible_to
group by intervals.user_key, intervals.event_date, intervals.known_from, intervals.known_to
union all
select
    user_key,
    event_date,
    visible_from as known_from,
    visible_to as known_to,
    {%- for measure in activity_measures() %}
    {{ measure }}::{{ measure_type(measure) }} as {{ measure }}{{ ',' if not loop.last }}
    {%- endfor %}
from days
where is_told_once
