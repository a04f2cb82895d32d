{#- Metrics that a rule in tag_rules.csv may name; a derived one is written here once. -#}
{% macro taggable_metrics() -%}
    {{ return({
        'purchase_amount_90d': 'purchase_amount_90d',
        'purchase_amount_life': 'purchase_amount_life',
        'purchase_day_count_90d': 'purchase_day_count_90d',
        'purchase_day_count_life': 'purchase_day_count_life',
        'order_count_90d': 'order_count_90d',
        'order_count_life': 'order_count_life',
        'active_day_count_7d': 'active_day_count_7d',
        'active_day_count_30d': 'active_day_count_30d',
        'recency_days': 'recency_days',
        'purchase_recency_days': 'purchase_recency_days',
        'refund_count_90d': 'refund_count_90d',
        'distinct_item_count_90d': 'distinct_item_count_90d',
        'view_count_without_order_90d': 'case when order_count_90d = 0 then view_count_90d else 0 end',
        'cart_count_without_order_7d': 'case when order_count_7d = 0 then cart_count_7d else 0 end',
    }) }}
{%- endmacro %}

{#- Whether a value meets the operator and threshold of a rule. -#}
{% macro holds(value, rules) -%}
    case {{ rules }}.operator
        {%- for operator in ['>=', '>', '<=', '<', '='] %}
        when '{{ operator }}' then {{ value }} {{ operator }} {{ rules }}.threshold
        {%- endfor %}
    end
{%- endmacro %}

{#- One row per (as_of_date, user_key, tag_id) whose rule holds for the metrics in a relation. -#}
{% macro tags_held(metrics) -%}
select tall.as_of_date, tall.user_key, rules.tag_id, tall.metric, tall.value
from (
    unpivot (
        select
            as_of_date,
            user_key,
            {%- for name, expression in taggable_metrics().items() %}
            ({{ expression }})::double as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ metrics }}
    )
    on columns(* exclude (as_of_date, user_key)) into name metric value value
) as tall
inner join {{ ref('tag_rules') }} as rules on tall.metric = rules.metric
where {{ holds('tall.value', 'rules') }}
{%- endmacro %}
