-- One row per Sunday and person: what they consented to, as known on that Sunday.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where as_of_date >= date '{{ var('first_landed_date') }}'{% endif %}",
) }}
{%- set map %}
(
    select cuts.as_of_date, known.identifier_key, known.user_key
    from {{ ref('int_cuts') }} as cuts
    inner join {{ source('profiles', 'identity_map_history') }} as known
        on cuts.as_of_date >= known.known_from and cuts.as_of_date < known.known_to
    where cuts.is_weekly
        {% if is_incremental() %}
        and cuts.as_of_date > (select coalesce(max(as_of_date), date '0001-01-01') from {{ this }})
        {% endif %}
)
{% endset %}
{{ newest_consents(map) }}
