{#- One row per served cut, person and visit of the last 90 days, as known on the cut: its columns of int_sessions. -#}
{% macro visits_of_people() -%}
select cuts.as_of_date, map.user_key, sessions.*
from {{ ref('int_cuts') }} as cuts
inner join {{ ref('int_sessions') }} as sessions
    on sessions.session_date <= cuts.as_of_date
    and sessions.session_date > cuts.as_of_date - 90
    and sessions.known_from <= cuts.as_of_date
    and sessions.known_to > cuts.as_of_date
inner join {{ source('profiles', 'identity_map_history') }} as map
    on sessions.identifier_key = map.identifier_key
    and map.known_from <= cuts.as_of_date
    and map.known_to > cuts.as_of_date
where cuts.is_served
{%- endmacro %}

{#- A list in which an element that repeats the one before it is left out. -#}
{% macro without_repeats(elements) -%}
list_transform(
    list_filter(
        range(1, len({{ elements }}) + 1), lambda place: place = 1 or {{ elements }}[place] <> {{ elements }}[place - 1]
    ),
    lambda place: {{ elements }}[place]
)
{%- endmacro %}

{#- The place of the largest of some counts, from 1, the first one of equals; NULL where all are 0. -#}
{% macro place_of_most(counts) -%}
case when list_sum({{ counts }}) > 0 then list_position({{ counts }}, list_max({{ counts }})) end
{%- endmacro %}

{#- Parts of the day of six hours each, from midnight. -#}
{% macro dayparts() -%} {{ return(['night', 'morning', 'afternoon', 'evening']) }} {%- endmacro %}

{#- The part of the day that most of a list of 24 counts fall into, the earlier one of equals; NULL for none. -#}
{% macro main_daypart(by_hour) -%}
{%- set counts -%}
[
    {%- for daypart in dayparts() -%}
    list_sum({{ by_hour }}[{{ 6 * loop.index0 + 1 }}:{{ 6 * loop.index }}]){{ ', ' if not loop.last }}
    {%- endfor -%}
]
{%- endset -%}
{{ dayparts() }}[{{ place_of_most(counts) }}]
{%- endmacro %}
