{#- The number of a rule in behaviour_rules.csv. -#}
{% macro behaviour_rule(rule) -%}
    (select value from {{ ref('behaviour_rules') }} where rule = '{{ rule }}')
{%- endmacro %}
