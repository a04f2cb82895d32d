{#- Whose events are judged together: a device, else an anonymous identifier, else what else makes a person. -#}
{% macro visitor_key() -%}
    coalesce(device_key, anonymous_key, case when {{ makes_a_person() }} then identifier_key end)
{%- endmacro %}

{#- What somebody does, not what is shown to them, sent by an open page, or reported of them. -#}
{% macro is_action() -%}
    event_type not in ('impression', 'page_ping', 'purchase') and {{ is_part_of_a_visit() }}
{%- endmacro %}

{#- Fewer actions of a visitor on a day say nothing about their pace. -#}
{% macro actions_that_tell() -%} 30 {%- endmacro %}

{#- Periods in which actions are counted; the busiest one of the day is judged. -#}
{% macro action_periods() -%} {{ return(['minute', 'hour', 'day']) }} {%- endmacro %}
