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

{#- What each habit tells, and its type. -#}
{% macro habits() -%}
    {{ return({
        'session_count': ['bigint', 'Visits begun'],
        'visit_day_count': ['bigint', 'Days on which a visit began'],
        'visit_gap_mean_days': ['double', 'Mean days between such days, NULL below two of them'],
        'dwell_mean_seconds': ['double', 'Mean length of the visits with more than one event'],
        'dwell_median_seconds': ['double', 'Median length of the visits with more than one event'],
        'bounce_share': ['double', 'Share of the visits that are one event only, besides items shown'],
        'session_count_by_hour': [
            'bigint[]', 'Visits by the hour in which they began, from 0 to 23, in the time zone of the home'
        ],
        'session_count_by_weekday': ['bigint[]', 'Visits by the weekday on which they began, from Monday to Sunday'],
        'main_daypart': ['varchar', 'Part of the day in which most visits began, the earlier one of equals'],
        'main_weekday': ['integer', 'Weekday on which most visits began, 1 is Monday, the earlier one of equals'],
        'weekend_share': ['double', 'Share of the visits that began on a Saturday or Sunday'],
    }) }}
{%- endmacro %}

{% macro window_description(days) -%}
    {% if days is none -%} since the beginning
    {%- elif days == 1 -%} on the day of the cut
    {%- else -%} in the last {{ days }} days
    {%- endif %}
{%- endmacro %}

{#- Some measures in some windows: type and text of each column, by its name. -#}
{% macro windowed_columns(measures, windows) -%}
    {%- set columns = {} -%}
    {%- for measure in measures -%}
        {%- for suffix, days in windows.items() -%}
            {%- set text = measure_descriptions()[measure] ~ ', ' ~ window_description(days) | trim ~ '.' -%}
            {%- do columns.update({measure ~ '_' ~ suffix: [measure_type(measure), text]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro habit_columns() -%}
    {%- set columns = {} -%}
    {%- for habit, (data_type, description) in habits().items() -%}
        {%- for suffix, days in habit_windows().items() -%}
            {%- set text = description ~ ', ' ~ window_description(days) | trim ~ '.' -%}
            {%- do columns.update({habit ~ '_' ~ suffix: [data_type, text]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#- Every column of the macro user_metrics besides as_of_date and user_key. -#}
{% macro metric_columns() -%}
    {%- set measures = ['active_day_count', 'purchase_day_count'] + windowed_measures() -%}
    {%- set columns = windowed_columns(measures, windows()) -%}
    {%- do columns.update({
        'is_identified': ['boolean', 'Whether a login is known.'],
        'tenure_days': ['bigint', 'Days from the first event to the cut.'],
        'recency_days': ['bigint', 'Days from the last event to the cut.'],
        'first_purchase_days': ['bigint', 'Days from the first order to the cut; NULL without an order.'],
        'purchase_recency_days': ['bigint', 'Days from the last order to the cut; NULL without an order.'],
        'review_count_life': ['bigint', 'Reviews written, since the beginning.'],
        'distinct_item_count_30d': ['bigint', 'Different items met in any way, in the last 30 days.'],
        'distinct_item_count_90d': ['bigint', 'Different items met in any way, in the last 90 days.'],
        'distinct_purchased_item_count_90d': ['bigint', 'Different items bought, in the last 90 days.'],
        'purchase_gap_mean_days': ['double', 'Mean days between days of purchase; NULL below two of them.'],
        'purchase_gap_last_days': ['bigint', 'Days between the last two days of purchase; NULL below two of them.'],
        'purchase_gap_stddev_days': [
            'double', 'Standard deviation of those gaps; NULL below three days of purchase.'
        ],
        'purchase_overdue_ratio': ['double', 'Days since the last order against the mean gap; NULL without a gap.'],
        'purchase_rate_life': ['double', 'Orders a day since the first event.'],
        'order_share_90d': [
            'double', 'Share of all orders that fell into the last 90 days; NULL without an order.'
        ],
        'average_order_amount_life': ['double', 'Mean money an order; NULL without an order.'],
        'average_rating_life': ['double', 'Mean rating given, 1 to 5; NULL without a review.'],
    }) -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The measures of one day, in a table whose rows are days, or of something else that a row is. -#}
{% macro daily_columns(measures, when='on event_date', money='decimal(18, 4)') -%}
    {%- set columns = {} -%}
    {%- for measure in measures -%}
        {%- set data_type = money if measure.endswith('_amount') else 'bigint' -%}
        {%- do columns.update({measure: [data_type, measure_descriptions()[measure] ~ ', ' ~ when ~ '.']}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{#-
A hook before a model is made, for columns that come from a loop: they join those of its YAML, so that its contract and
its comments hold them too. columns: type and text by name.
-#}
{% macro declare_columns(columns) -%}
    {%- for name, (data_type, description) in columns.items() -%}
        {%- do model['columns'].update({
            name: {'name': name, 'data_type': data_type, 'description': description, 'constraints': []},
        }) -%}
    {%- endfor -%}
{%- endmacro %}
