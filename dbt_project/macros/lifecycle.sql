{#- The one stage a person is in, from their metrics as of the cut; the first rule that fits wins. -#}
{% macro lifecycle_stage(metrics) -%}
    case
        when {{ metrics }}.order_count_life = 0 and {{ metrics }}.recency_days >= 90 then 'lost'
        when {{ metrics }}.order_count_life = 0 and {{ metrics }}.active_day_count_30d >= 3 then 'interested'
        when {{ metrics }}.order_count_life = 0 then 'visitor'
        when {{ metrics }}.purchase_recency_days >= 180 then 'lost'
        when {{ metrics }}.purchase_recency_days >= 90 then 'sleeping'
        when {{ metrics }}.first_purchase_days < 30 then 'new_customer'
        when {{ metrics }}.purchase_day_count_90d >= 3 then 'loyal'
        else 'active'
    end
{%- endmacro %}
