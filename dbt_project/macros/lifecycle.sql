{#- What moves a person through the lifecycle: a day has a signal if its condition over user_days holds. -#}
{% macro lifecycle_signals() -%}
    {{ return({
        'visit': 'event_count > 0',
        'intent': 'cart_count + favourite_count + login_count > 0',
        'order': 'order_count > 0',
        'recommendation': 'share_count > 0 or (review_count > 0 and rating_sum >= 4 * review_count)',
    }) }}
{%- endmacro %}

{#- Days for which a signal counts, its own among them. -#}
{% macro lifecycle_signal_days() -%} 90 {%- endmacro %}

{#- The stage, from the signals that count on a day and whether there has ever been an order. -#}
{% macro lifecycle_stage_of(standing) -%}
    case
        when {{ standing }}.order_count_life = 0 and {{ standing }}.intent_count = 0 then 'acquire'
        when {{ standing }}.order_count_life = 0 then 'activate'
        when {{ standing }}.order_count = 0 then 'retain'
        when {{ standing }}.recommendation_count > 0 then 'refer'
        else 'grow'
    end
{%- endmacro %}
