-- One row per Sunday, stage of the week before and stage now, as known now: how many people moved.
with sundays as (
    select as_of_date from {{ ref('int_cuts') }} where is_weekly
),

followed as (
    select
        sundays.as_of_date,
        coalesce(before.lifecycle_stage, 'unknown') as previous_stage,
        now.lifecycle_stage
    from sundays
    inner join {{ ref('user_lifecycle') }} as now
        on sundays.as_of_date >= now.entered_on and sundays.as_of_date < coalesce(now.left_on, {{ open_end() }})
    left join {{ ref('user_lifecycle') }} as before
        on
            now.user_key = before.user_key
            and sundays.as_of_date - 7 >= before.entered_on
            and sundays.as_of_date - 7 < coalesce(before.left_on, {{ open_end() }})
)

select
    as_of_date,
    previous_stage,
    lifecycle_stage,
    count(*) as person_count,
    count(*) / sum(count(*)) over (partition by as_of_date, previous_stage) as transition_share
from followed
group by as_of_date, previous_stage, lifecycle_stage
