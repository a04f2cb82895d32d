{#- An answer, or NULL where the person refused it or was never asked; an empty field is NULL already. -#}
{% macro answered(column) -%}
    nullif(nullif({{ column }}, 'refused'), 'not_captured')
{%- endmacro %}
