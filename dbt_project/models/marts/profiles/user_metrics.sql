-- One row per person: what they did in each window up to the last landed day.
{{ config(materialized='per_person', post_hook="{{ describe_columns(metric_descriptions()) }}") }}
{{ user_metrics('(select as_of_date from ' ~ ref('int_cuts') ~ ' where is_served)') }}
