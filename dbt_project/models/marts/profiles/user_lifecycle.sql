-- One row per person and stay in a stage, as known now; every day since the first event lies in exactly one.
with served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

days as (
    select
        user_key,
        event_date,
        known_from,
        {%- for signal, condition in lifecycle_signals().items() %}
        ({{ condition }})::integer as {{ signal }}_count{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('user_days') }}
    where known_to = {{ open_end() }}
),

-- A signal counts from its day on, and no longer when its days are over.
steps as (
    select *, event_date as changed_on, order_count as order_count_life from days
    union all by name
    select
        user_key,
        event_date + {{ lifecycle_signal_days() }} as changed_on,
        greatest(known_from, changed_on) as known_from,
        {%- for signal in lifecycle_signals() %}
        -{{ signal }}_count as {{ signal }}_count,
        {%- endfor %}
        0 as order_count_life
    from days
),

steps_of_a_day as (
    select
        user_key,
        changed_on,
        max(known_from) as known_from,
        {%- for signal in lifecycle_signals() %}
        sum({{ signal }}_count) as {{ signal }}_count,
        bool_or({{ signal }}_count > 0) as is_{{ signal }},
        {%- endfor %}
        sum(order_count_life) as order_count_life
    from steps
    inner join served on steps.changed_on <= served.as_of_date
    group by user_key, changed_on
),

standing as (
    select
        user_key,
        changed_on,
        known_from,
        {%- for signal in lifecycle_signals() %}
        is_{{ signal }},
        sum({{ signal }}_count) over days_so_far::bigint as {{ signal }}_count,
        {%- endfor %}
        sum(order_count_life) over days_so_far::bigint as order_count_life
    from steps_of_a_day
    window days_so_far as (partition by user_key order by changed_on)
),

staged as (
    select *, {{ lifecycle_stage_of('standing') }} as lifecycle_stage
    from standing
    qualify lifecycle_stage is distinct from lag(lifecycle_stage) over (partition by user_key order by changed_on)
)

select
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    lifecycle_stage,
    lag(lifecycle_stage) over stays as previous_stage,
    changed_on as entered_on,
    lead(changed_on) over stays as left_on,
    case
        when lifecycle_stage = 'refer' and is_recommendation then 'recommendation'
        {%- for signal in ['order', 'intent', 'visit'] %}
        when is_{{ signal }} then '{{ signal }}'
        {%- endfor %}
        else 'time'
    end as cause,
    {%- for signal in lifecycle_signals() %}
    {{ signal }}_count as {{ signal }}_day_count,
    {%- endfor %}
    known_from
from staged
window stays as (partition by user_key order by changed_on)
