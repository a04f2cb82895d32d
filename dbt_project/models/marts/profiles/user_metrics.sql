-- One row per person: what they did in each window up to the last landed day.
{{ config(materialized='per_person', pre_hook="{{ declare_columns(metric_columns()) }}") }}
{{ user_metrics('(select as_of_date from ' ~ ref('int_cuts') ~ ' where is_served)') }}
