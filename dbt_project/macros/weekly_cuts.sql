{#- A hook before a history of cuts is made: those that the run makes anew are forgotten. -#}
{% macro delete_cuts_of_run() -%}
    {% if is_incremental() -%} delete from {{ this }} where as_of_date >= date '{{ var('first_landed_date') }}' {%- endif %}
{%- endmacro %}

{#- Every Sunday, and day that the settings ask for, that is not there yet; those of a pause between two runs too. -#}
{% macro missing_cuts() -%}
(
    select as_of_date
    from {{ ref('int_cuts') }}
    where (is_weekly or is_asked)
        {%- if is_incremental() %}
        and as_of_date > (select coalesce(max(as_of_date), date '0001-01-01') from {{ this }})
        {%- endif %}
)
{%- endmacro %}
