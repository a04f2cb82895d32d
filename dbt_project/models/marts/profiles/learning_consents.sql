-- One row per person of the last Sunday: what they consented to as known on it, when the week's models are learned.
{%- set learned_on %}(select max(as_of_date) from {{ ref('int_cuts') }} where is_weekly){% endset %}
{%- set map %}
(
    select * from {{ source('profiles', 'identity_map_history') }}
    where known_from <= {{ learned_on }} and known_to > {{ learned_on }}
)
{% endset %}
{{ newest_consents(map, learned_on) }}
