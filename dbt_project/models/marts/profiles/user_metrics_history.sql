-- One row per Sunday (and day that the settings ask for) and person: what they had done by that day, as known on that day.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=[
        "{{ declare_columns(metric_columns()) }}",
        "{% if is_incremental() %}delete from {{ this }} where as_of_date >= date '{{ var('first_landed_date') }}'{% endif %}",
    ],
) }}
{#- Every such day that is not there yet, those of a pause between two runs among them. -#}
{% set cuts %}
(
    select as_of_date from {{ ref('int_cuts') }}
    where (is_weekly or is_asked)
        {% if is_incremental() %}
        and as_of_date > (select coalesce(max(as_of_date), date '0001-01-01') from {{ this }})
        {% endif %}
)
{% endset %}
{{ user_metrics(cuts) }}
