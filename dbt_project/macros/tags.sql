{#- Numbers that rules may look at besides the columns of user_metrics; each is written here once. -#}
{% macro derived_metrics() -%}
    {{ return({
        'view_count_without_order_90d': 'case when order_count_90d = 0 then view_count_90d else 0 end',
        'cart_count_without_order_7d': 'case when order_count_7d = 0 then cart_count_7d else 0 end',
    }) }}
{%- endmacro %}

{#- The metrics that the home's rules look at, each with its expression over user_metrics. -#}
{% macro tagged_metrics() -%}
    {%- set expressions = {} -%}
    {%- for metric in fromjson(env_var('DMP_TAGGED_METRICS')) -%}
        {%- if metric not in derived_metrics() and metric not in metric_columns() -%}
            {{ exceptions.raise_compiler_error("a tag looks at '" ~ metric ~ "', which is no metric of user_metrics") }}
        {%- endif -%}
        {%- do expressions.update({metric: derived_metrics().get(metric, metric)}) -%}
    {%- endfor -%}
    {{ return(expressions) }}
{%- endmacro %}

{#- A text, a number or nothing, as SQL writes it. -#}
{% macro literal(value) -%}
    {%- if value is none -%} null
    {%- elif value is string -%} '{{ value | replace("'", "''") }}'
    {%- else -%} {{ value }}
    {%- endif -%}
{%- endmacro %}

{#- The rows of one of the tables that the home's packs of tags say; columns: name and type of each. -#}
{% macro rows_of_packs(table, columns) -%}
{%- set rows = fromjson(env_var('DMP_TAGS'))[table] -%}
select
    {%- for name, type in columns.items() %}
    {{ name if rows else 'null' }}::{{ type }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- if rows %}
from (
    values
    {%- for row in rows %}
    ({% for name in columns %}{{ literal(row.get(name)) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
    {%- endfor %}
) as listed ({{ columns | join(', ') }})
{%- else %}
where false
{%- endif %}
{%- endmacro %}

{#- Whether a value meets an operator and a bound. -#}
{% macro meets(value, operator, bound) -%}
    case {{ operator }}
        {%- for sign in ['>=', '>', '<=', '<', '='] %}
        when '{{ sign }}' then {{ value }} {{ sign }} {{ bound }}
        {%- endfor %}
    end
{%- endmacro %}

{#- One row per (as_of_date, user_key, tag_id): the metric of the rule, or the sum of its points. -#}
{% macro tag_values(metrics) -%}
with tall as (
    unpivot (
        select
            as_of_date,
            user_key,
            {%- for name, expression in tagged_metrics().items() %}
            ({{ expression }})::double as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ metrics }}
    )
    on {{ tagged_metrics() | join(', ') }} into name metric value value
)

select tall.as_of_date, tall.user_key, rules.tag_id, tall.value
from tall
inner join {{ ref('tag_rules') }} as rules using (metric)
where rules.rule_kind in ('threshold', 'quantile')
union all
select
    tall.as_of_date,
    tall.user_key,
    points.tag_id,
    sum(case when {{ meets('tall.value', 'points.operator', 'points.threshold') }} then points.points else 0 end)
from tall
inner join {{ ref('tag_points') }} as points using (metric)
group by tall.as_of_date, tall.user_key, points.tag_id
{%- endmacro %}

{#- How far past the bound, from 0.5 there towards 1; 1 where that cannot be said. -#}
{% macro tag_score(value, bound, operator) -%}
    round(
        case
            when {{ operator }} in ('>=', '>') and {{ bound }} > 0
                then 1 - 0.5 * {{ bound }} / greatest({{ value }}, {{ bound }})
            else 1
        end, 4
    )
{%- endmacro %}
