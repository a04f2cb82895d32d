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
