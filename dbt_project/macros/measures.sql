{#- Event types that are counted, with the name of their measure. -#}
{% macro activity_counts() -%}
    {{ return({
        'page_view': 'page_view_count',
        'impression': 'impression_count',
        'click': 'click_count',
        'search': 'search_count',
        'view': 'view_count',
        'cart': 'cart_count',
        'favourite': 'favourite_count',
        'dismiss': 'dismiss_count',
        'login': 'login_count',
        'purchase': 'purchase_line_count',
        'refund': 'refund_count',
        'review': 'review_count',
        'share': 'share_count',
    }) }}
{%- endmacro %}

{#- Windows in days up to and including the cut; none means since the beginning. -#}
{% macro windows() -%}
    {{ return({'1d': 1, '7d': 7, '30d': 30, '90d': 90, 'life': none}) }}
{%- endmacro %}

{% macro windowed_measures() -%}
    {{ return([
        'view_count', 'search_count', 'cart_count', 'favourite_count',
        'order_count', 'purchase_quantity', 'purchase_amount',
        'refund_count', 'refund_amount', 'event_count',
    ]) }}
{%- endmacro %}

{#- Counted in every window too, for who asks; models do not learn from them, so no history of them is kept. -#}
{% macro engagement_measures() -%}
    {{ return([
        'page_view_count', 'impression_count', 'click_count', 'dismiss_count', 'login_count', 'review_count', 'share_count',
    ]) }}
{%- endmacro %}

{#- Windows in which habits show. -#}
{% macro habit_windows() -%}
    {{ return({'30d': 30, '90d': 90}) }}
{%- endmacro %}

{#- Columns of user_activity and user_item_activity, which hold them a day. -#}
{% macro activity_measures() -%}
    {{ return(activity_counts().values() | list + [
        'order_count', 'purchase_quantity', 'purchase_amount', 'refund_amount', 'rating_sum', 'event_count',
    ]) }}
{%- endmacro %}

{% macro item_activity_measures() -%}
    {{ return([
        'impression_count', 'click_count', 'view_count', 'cart_count', 'favourite_count', 'dismiss_count',
        'purchase_count', 'purchase_quantity', 'purchase_amount',
    ]) }}
{%- endmacro %}

{#- What an item's profile sums, and over which days. -#}
{% macro item_measures() -%}
    {{ return(['view_count', 'cart_count', 'favourite_count', 'purchase_count', 'purchase_quantity']) }}
{%- endmacro %}

{% macro item_windows() -%}
    {{ return({'7d': 7, '30d': 30, '90d': 90, 'life': none}) }}
{%- endmacro %}

{#- Sums are exact: whole numbers, and money as DECIMAL. -#}
{% macro measure_type(measure) -%}
    {{ 'decimal(38, 4)' if measure.endswith('_amount') else 'bigint' }}
{%- endmacro %}
