{#- What each additive measure counts; a column of any table that holds it says so, with its window. -#}
{% macro measure_descriptions() -%}
    {{ return({
        'page_view_count': 'Pages opened',
        'impression_count': 'Items shown in a list',
        'click_count': 'Items clicked in a list',
        'search_count': 'Searches',
        'view_count': 'Item pages viewed',
        'cart_count': 'Items put into the cart',
        'favourite_count': 'Items marked as favourite',
        'dismiss_count': 'Items marked as not interesting',
        'login_count': 'Logins',
        'order_count': 'Orders',
        'purchase_count': 'Order lines bought',
        'purchase_line_count': 'Order lines bought',
        'purchase_quantity': 'Units bought',
        'purchase_amount': 'Money spent, in the currency of the home',
        'purchase_day_count': 'Days with at least one order',
        'active_day_count': 'Days with at least one event',
        'refund_count': 'Order lines refunded',
        'refund_amount': 'Money refunded, in the currency of the home',
        'review_count': 'Reviews written',
        'rating_sum': 'Sum of the ratings given',
        'share_count': 'Items, carts or pages shared with others',
        'event_count': 'Events of any type',
    }) }}
{%- endmacro %}

{#- What each habit tells; the same of its columns. -#}
{% macro habit_descriptions() -%}
    {{ return({
        'session_count': 'Visits begun',
        'visit_day_count': 'Days on which a visit began',
        'visit_gap_mean_days': 'Mean days between such days, NULL below two of them',
        'dwell_mean_seconds': 'Mean length of the visits with more than one event',
        'dwell_median_seconds': 'Median length of the visits with more than one event',
        'bounce_share': 'Share of the visits that are one event only, besides items shown',
        'session_count_by_hour': 'Visits by the hour in which they began, from 0 to 23, in the time zone of the home',
        'session_count_by_weekday': 'Visits by the weekday on which they began, from Monday to Sunday',
        'main_daypart': 'Part of the day in which most visits began, the earlier one of equals',
        'main_weekday': 'Weekday on which most visits began, 1 is Monday, the earlier one of equals',
        'weekend_share': 'Share of the visits that began on a Saturday or Sunday',
    }) }}
{%- endmacro %}

{% macro window_description(days) -%}
    {% if days is none -%} since the beginning
    {%- elif days == 1 -%} on the day of the cut
    {%- else -%} in the last {{ days }} days
    {%- endif %}
{%- endmacro %}

{% macro windowed_descriptions(measures, windows, texts=none) -%}
    {%- set descriptions = {} -%}
    {%- for measure in measures -%}
        {%- for suffix, days in windows.items() -%}
            {%- set text = (texts or measure_descriptions())[measure] ~ ', ' ~ window_description(days) | trim ~ '.' -%}
            {%- do descriptions.update({measure ~ '_' ~ suffix: text}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(descriptions) }}
{%- endmacro %}

{#- Every column of the macro user_metrics besides as_of_date and user_key. -#}
{% macro metric_descriptions() -%}
    {%- set measures = ['active_day_count', 'purchase_day_count'] + windowed_measures() -%}
    {%- set descriptions = windowed_descriptions(measures, windows()) -%}
    {%- do descriptions.update({
        'is_identified': 'Whether a login is known.',
        'tenure_days': 'Days from the first event to the cut.',
        'recency_days': 'Days from the last event to the cut.',
        'first_purchase_days': 'Days from the first order to the cut; NULL without an order.',
        'purchase_recency_days': 'Days from the last order to the cut; NULL without an order.',
        'review_count_life': 'Reviews written, since the beginning.',
        'distinct_item_count_30d': 'Different items met in any way, in the last 30 days.',
        'distinct_item_count_90d': 'Different items met in any way, in the last 90 days.',
        'distinct_purchased_item_count_90d': 'Different items bought, in the last 90 days.',
        'purchase_gap_mean_days': 'Mean days between days of purchase; NULL below two of them.',
        'purchase_gap_last_days': 'Days between the last two days of purchase; NULL below two of them.',
        'purchase_gap_stddev_days': 'Standard deviation of those gaps; NULL below three days of purchase.',
        'purchase_overdue_ratio': 'Days since the last order against the mean gap; NULL without a gap.',
        'purchase_rate_life': 'Orders a day since the first event.',
        'order_share_90d': 'Share of all orders that fell into the last 90 days; NULL without an order.',
        'average_order_amount_life': 'Mean money an order; NULL without an order.',
        'average_rating_life': 'Mean rating given, 1 to 5; NULL without a review.',
    }) -%}
    {{ return(descriptions) }}
{%- endmacro %}

{#- The measures of one day, in a table whose rows are days, or of something else that a row is. -#}
{% macro daily_descriptions(measures, when='on event_date') -%}
    {%- set descriptions = {} -%}
    {%- for measure in measures -%}
        {%- do descriptions.update({measure: measure_descriptions()[measure] ~ ', ' ~ when ~ '.'}) -%}
    {%- endfor -%}
    {{ return(descriptions) }}
{%- endmacro %}

{#- A hook for columns that come from a loop; those written by hand are described in YAML. -#}
{% macro describe_columns(descriptions) -%}
    {%- for name, description in descriptions.items() %}
    comment on column {{ this }}.{{ name }} is '{{ description }}';
    {%- endfor %}
{%- endmacro %}
