-- One row per Sunday (and day the settings ask for) and person: what they had done by that day, as known on that day.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook=["{{ declare_columns(metric_columns()) }}", "{{ delete_cuts_of_run() }}"],
) }}
{{ user_metrics(missing_cuts()) }}
