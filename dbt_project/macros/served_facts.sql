{#- The rows of a table of facts by person, as known on the served cut. -#}
{% macro served_facts(table) -%}
select cuts.as_of_date, facts.* exclude (landed_date, known_from, known_to)
from {{ ref('int_cuts') }} as cuts
inner join ({{ facts_of_people(ref(table)) }}) as facts on cuts.as_of_date >= facts.event_date
where cuts.is_served and {{ is_known_on('cuts.as_of_date', 'facts') }}
{%- endmacro %}

{#- The visits of the last 90 days, or of all, by person, as known on the served cut: columns of int_sessions. -#}
{% macro served_visits(days=90) -%}
select cuts.as_of_date, coalesce(days.user_key, map.user_key) as user_key, sessions.*
from {{ ref('int_cuts') }} as cuts
inner join {{ ref('int_sessions') }} as sessions
    on sessions.session_date <= cuts.as_of_date
    {%- if days %}
    and sessions.session_date > cuts.as_of_date - {{ days }}
    {%- endif %}
    and sessions.known_from <= cuts.as_of_date
    and sessions.known_to > cuts.as_of_date
inner join {{ source('profiles', 'identity_map_history') }} as map
    on sessions.identifier_key = map.identifier_key
    and map.known_from <= cuts.as_of_date
    and map.known_to > cuts.as_of_date
left join {{ ref('identity_days_history') }} as days
    on sessions.identifier_key = days.identifier_key
    and sessions.session_date = days.event_date
    and days.known_from <= cuts.as_of_date
    and days.known_to > cuts.as_of_date
where cuts.is_served
{%- endmacro %}
