{#- True for the rows that this run adds: those that landed in its range of days. -#}
{% macro in_landed_range(column='landed_date') -%}
    {{ column }} between date '{{ var("first_landed_date") }}' and date '{{ var("last_landed_date") }}'
{%- endmacro %}

{#- Day partitions are replaced, never edited: a second run of the same days gives the same rows. Tables of intervals of
    knowledge go back to what was known before the first day of the run. -#}
{% macro delete_landed_range() -%}
    {% if is_incremental() and config.get('unique_key') -%}
        {{ forget_since(var('first_landed_date')) }}
    {%- elif is_incremental() -%}
        delete from {{ this }} where {{ in_landed_range() }}
    {%- endif %}
{%- endmacro %}

{% macro forget_since(first_date) -%}
    delete from {{ this }} where known_from >= date '{{ first_date }}';
    update {{ this }} set known_to = {{ open_end() }}
    where known_to >= date '{{ first_date }}' and known_to < {{ open_end() }}
{%- endmacro %}
