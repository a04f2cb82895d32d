-- One row per person who visited in the last 90 days: when they come, how often and for how long.
{{ config(
    materialized='per_person',
    pre_hook="{{ declare_columns(habit_columns()) }}",
) }}
with visits as (
    {{ served_visits() }}
),

timed as (
    select
        *,
        -- A place among others is no time of day, and a declared date no weekday.
        case when not coalesce(is_order_only, false) then
            hour(started_at at time zone '{{ var("home_time_zone") }}')
        end as started_hour,
        case when not coalesce(is_date_declared, false) then isodow(session_date) end as weekday,
        case when not is_bounce and not coalesce(is_order_only, false) then
            date_diff('second', started_at, ended_at)
        end as dwell_seconds
    from visits
),

summed as (
    select
        as_of_date,
        user_key,
        {%- for suffix, days in habit_windows().items() %}
        {%- set recent = in_window(days, 'session_date') %}
        count(*) filter ({{ recent }}) as session_count_{{ suffix }},
        count(distinct session_date) filter ({{ recent }}) as visit_day_count_{{ suffix }},
        (max(session_date) filter ({{ recent }}) - min(session_date) filter ({{ recent }}))
        / nullif(count(distinct session_date) filter ({{ recent }}) - 1, 0) as visit_gap_mean_days_{{ suffix }},
        avg(dwell_seconds) filter ({{ recent }}) as dwell_mean_seconds_{{ suffix }},
        median(dwell_seconds) filter ({{ recent }}) as dwell_median_seconds_{{ suffix }},
        count(*) filter (is_bounce and {{ recent }}) / nullif(count(*) filter ({{ recent }}), 0)
            as bounce_share_{{ suffix }},
        [
            {%- for hour in range(24) %}
            count(*) filter (started_hour = {{ hour }} and {{ recent }}){{ ',' if not loop.last }}
            {%- endfor %}
        ] as session_count_by_hour_{{ suffix }},
        [
            {%- for weekday in range(1, 8) %}
            count(*) filter (weekday = {{ weekday }} and {{ recent }}){{ ',' if not loop.last }}
            {%- endfor %}
        ] as session_count_by_weekday_{{ suffix }}{{ ',' if not loop.last }}
        {%- endfor %}
    from timed
    group by as_of_date, user_key
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    * exclude (as_of_date, user_key),
    {%- for suffix in habit_windows() %}
    {%- set by_weekday = 'session_count_by_weekday_' ~ suffix %}
    list_sum({{ by_weekday }}[6:7])::bigint / nullif(list_sum({{ by_weekday }}), 0)::bigint
        as weekend_share_{{ suffix }},
    {{ place_of_most(by_weekday) }} as main_weekday_{{ suffix }},
    {{ main_daypart('session_count_by_hour_' ~ suffix) }} as main_daypart_{{ suffix }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
