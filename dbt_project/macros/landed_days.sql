{#- True for the rows that this run adds: those that landed in its range of days. -#}
{% macro in_landed_range(column='landed_date') -%}
    {{ column }} between date '{{ var("first_landed_date") }}' and date '{{ var("last_landed_date") }}'
{%- endmacro %}

{#- Day partitions are replaced, never edited: a second run of the same days gives the same rows. -#}
{% macro delete_landed_range() -%}
    {% if is_incremental() -%}
        delete from {{ this }} where {{ in_landed_range() }}
    {%- endif %}
{%- endmacro %}
