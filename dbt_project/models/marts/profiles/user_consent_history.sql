-- One row per Sunday (and day the settings ask for) and person: what they consented to, as known on that day.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_cuts_of_run() }}",
) }}
{%- set map %}
(
    select cuts.as_of_date, known.identifier_key, known.user_key
    from {{ missing_cuts() }} as cuts
    inner join {{ source('profiles', 'identity_map_history') }} as known
        on cuts.as_of_date >= known.known_from and cuts.as_of_date < known.known_to
)
{% endset %}
{{ newest_consents(map) }}
