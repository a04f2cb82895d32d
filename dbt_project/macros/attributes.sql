{#- What can be known of a person who did nothing, with the type of each answer. A column of int_customers is declared,
    the areas are inferred from where people were; how far each kind of source is believed: attribute_ladder.csv. -#}
{% macro declared_attributes() -%}
    {{ return({
        'gender': 'varchar',
        'birth_year': 'bigint',
        'age_band': 'varchar',
        'region': 'varchar',
        'city': 'varchar',
        'occupation': 'varchar',
        'education': 'varchar',
        'income_band': 'varchar',
        'marital_status': 'varchar',
        'household_size': 'bigint',
        'children_count': 'bigint',
    }) }}
{%- endmacro %}

{% macro inferred_areas() -%}
    {{ return({'home_area': 'home', 'work_area': 'work'}) }}
{%- endmacro %}

{#- What user_profiles shows of them, with types. -#}
{% macro profile_attributes() -%}
    {%- set types = declared_attributes().copy() -%}
    {%- for area in inferred_areas() %}{% do types.update({area: 'varchar'}) %}{% endfor -%}
    {{ return(types) }}
{%- endmacro %}

{#- The best answer first: what a person declared before what was inferred, even when it has expired; what has not
    expired; the more reliable source; the newest. -#}
{% macro most_reliable_first(expired_on) -%}
    is_inferred,
    expires_on <= {{ expired_on }},
    ladder_rank,
    observed_at desc,
    landed_date desc,
    source_file desc,
    source_line desc,
    value
{%- endmacro %}

{#- Bands of ages, as sources that tell no year of birth write them. -#}
{% macro age_band(age) -%}
    case
        when {{ age }} < 19 then 'under 19'
        {%- for first, last in [(19, 24), (25, 34), (35, 44), (45, 54), (55, 64)] %}
        when {{ age }} <= {{ last }} then '{{ first }}-{{ last }}'
        {%- endfor %}
        when {{ age }} >= 65 then '65+'
    end
{%- endmacro %}

{#- Rows of a relation whose intervals follow on each other, as one: equal in all columns but the interval. -#}
{% macro joined_intervals(relation, columns, starts, ends) -%}
{%- set same = columns | join(', ') -%}
select {{ same }}, min({{ starts }}) as {{ starts }}, max({{ ends }}) as {{ ends }}
from (
    select *, count(*) filter (is_apart) over (partition by {{ same }} order by {{ starts }}) as stretch
    from (
        select
            *,
            coalesce(
                lag({{ ends }}) over (partition by {{ same }} order by {{ starts }}) <> {{ starts }}, true
            ) as is_apart
        from {{ relation }}
    ) as neighbours
) as stretches
group by {{ same }}, stretch
{%- endmacro %}
