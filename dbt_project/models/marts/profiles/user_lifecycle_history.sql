-- One row per Sunday and person: their stage of the lifecycle on that day, as known on that day.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where as_of_date >= date '{{ var('first_landed_date') }}'{% endif %}",
) }}
with cuts as (
    select as_of_date from {{ ref('int_cuts') }}
    where is_weekly
        {% if is_incremental() %}
        and as_of_date > (select coalesce(max(as_of_date), date '0001-01-01') from {{ this }})
        {% endif %}
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
