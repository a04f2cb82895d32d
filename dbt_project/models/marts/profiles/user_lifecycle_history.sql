-- One row per Sunday (and day the settings ask for) and person: their stage of the lifecycle, as known on that day.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_cuts_of_run() }}",
) }}
with cuts as (
    select as_of_date from {{ missing_cuts() }}
),

standing as (
    select
        cuts.as_of_date,
        known.user_key,
        {%- for signal, condition in lifecycle_signals().items() %}
        count(*) filter (({{ condition }}) and known.event_date > cuts.as_of_date - {{ lifecycle_signal_days() }})
            as {{ signal }}_count,
        {%- endfor %}
        sum(known.order_count) as order_count_life
    from cuts
    inner join {{ ref('user_days') }} as known
        on cuts.as_of_date >= known.event_date
        and cuts.as_of_date >= known.known_from
        and cuts.as_of_date < known.known_to
    group by cuts.as_of_date, known.user_key
)

select as_of_date, user_key, {{ lifecycle_stage_of('standing') }} as lifecycle_stage from standing
