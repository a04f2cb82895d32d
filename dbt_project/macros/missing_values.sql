{#- An answer, or NULL where the person refused it or was never asked; an empty field is NULL already. -#}
{% macro answered(column) -%}
    nullif(nullif({{ column }}, 'refused'), 'not_captured')
{%- endmacro %}

{#- Which kind of nothing a field holds: never given, a true zero, refused, or not asked for; NULL where it holds an answer. -#}
{% macro missing_kind(column) -%}
    case
        when coalesce(trim({{ column }}), '') = '' then 'null'
        when {{ column }} in ('refused', 'not_captured') then {{ column }}
        when try_cast({{ column }} as double) = 0 then 'true_zero'
    end
{%- endmacro %}
