-- One row per Sunday, stage of the week before and stage now: how many people moved.
with staged as (
    select as_of_date, user_key, {{ lifecycle_stage('metrics') }} as lifecycle_stage
    from {{ ref('user_metrics_history') }} as metrics
),

followed as (
    select
        now.as_of_date,
        coalesce(before.lifecycle_stage, 'unknown') as previous_stage,
        now.lifecycle_stage
    from staged as now
    left join staged as before on now.user_key = before.user_key and now.as_of_date = before.as_of_date + 7
)

select as_of_date, previous_stage, lifecycle_stage, count(*) as person_count
from followed
group by as_of_date, previous_stage, lifecycle_stage
