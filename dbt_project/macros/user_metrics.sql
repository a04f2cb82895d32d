{% macro in_window(days, event_date='event_date') -%}
    {% if days is none -%} true {%- else -%} {{ event_date }} > as_of_date - {{ days }} {%- endif %}
{%- endmacro %}

{#-
What a person's days sum up to: CTEs over the CTE `days` (as_of_date, user_key, event_date and the measures of that
day), the last of them `of_days`, one row per (as_of_date, user_key).
-#}
{% macro metrics_of_days() -%}
-- Gaps between days of purchase, summed as whole numbers so that their spread is the same in any order of rows.
gaps as (
    select
        as_of_date,
        user_key,
        arg_max(gap, event_date) as purchase_gap_last_days,
        sqrt((sum(gap * gap) - sum(gap) * sum(gap) / count(gap)) / nullif(count(gap) - 1, 0))
            as purchase_gap_stddev_days
    from (
        select
            as_of_date,
            user_key,
            event_date,
            (event_date - lag(event_date) over (partition by as_of_date, user_key order by event_date))::bigint as gap
        from days
        where order_count > 0
    ) as purchase_days
    where gap is not null
    group by as_of_date, user_key
),

-- One row per person and age of what they did, so that few rows are left to be counted in every window.
aged as (
    select
        as_of_date,
        user_key,
        case
            {%- for days in windows().values() if days is not none %}
            when event_date > as_of_date - {{ days }} then {{ loop.index }}
            {%- endfor %}
            else {{ windows() | length }}
        end as narrowest_window,
        min(event_date) as first_date,
        max(event_date) as last_date,
        min(event_date) filter (order_count > 0) as first_purchase_date,
        max(event_date) filter (order_count > 0) as last_purchase_date,
        count(*) as active_day_count,
        count(*) filter (order_count > 0) as purchase_day_count,
        {%- for measure in windowed_measures() %}
        sum({{ measure }})::{{ measure_type(measure) }} as {{ measure }},
        {%- endfor %}
        sum(review_count) as review_count,
        sum(rating_sum) as rating_sum
    from days
    group by as_of_date, user_key, narrowest_window
),

summed as (
    select
        as_of_date,
        user_key,
        as_of_date - min(first_date) as tenure_days,
        as_of_date - max(last_date) as recency_days,
        as_of_date - min(first_purchase_date) as first_purchase_days,
        as_of_date - max(last_purchase_date) as purchase_recency_days,
        {%- for suffix in windows() %}
        {%- set window = loop.index %}
        {%- for measure in ['active_day_count', 'purchase_day_count'] + windowed_measures() %}
        coalesce(sum({{ measure }}) filter (narrowest_window <= {{ window }}), 0)::{{ measure_type(measure) }}
            as {{ measure }}_{{ suffix }},
        {%- endfor %}
        {%- endfor %}
        sum(review_count)::bigint as review_count_life,
        sum(rating_sum)::bigint as rating_sum_life
    from aged
    group by as_of_date, user_key
),

of_days as (
    select
        summed.* exclude (rating_sum_life),
        (summed.first_purchase_days - summed.purchase_recency_days)
        / nullif(summed.purchase_day_count_life - 1, 0) as purchase_gap_mean_days,
        gaps.purchase_gap_last_days,
        gaps.purchase_gap_stddev_days,
        -- How long the pause is against the person's usual one.
        summed.purchase_recency_days * (summed.purchase_day_count_life - 1)
        / nullif(summed.first_purchase_days - summed.purchase_recency_days, 0) as purchase_overdue_ratio,
        summed.order_count_life / (summed.tenure_days + 1) as purchase_rate_life,
        summed.order_count_90d / nullif(summed.order_count_life, 0) as order_share_90d,
        summed.purchase_amount_life::double / nullif(summed.order_count_life, 0) as average_order_amount_life,
        summed.rating_sum_life::double / nullif(summed.review_count_life, 0) as average_rating_life
    from summed
    left join gaps using (as_of_date, user_key)
)
{%- endmacro %}

{#-
The one place where facts become a profile: one row per (as_of_date, user_key), summed over what had happened
by the cut (`event_date <= as_of_date`) and was known by then (`landed_date <= as_of_date`, the identity map of that
day). The served profile, the history and every training row come from it.

cuts: a relation with the column as_of_date.
-#}
{% macro user_metrics(cuts) -%}
with cuts as (
    select as_of_date from {{ cuts }}
),

-- Looked at twice and never stored: a person's day as known on the cut is one row already.
days as not materialized (
    select cuts.as_of_date, known.* exclude (known_from, known_to)
    from cuts
    inner join {{ ref('user_days') }} as known
        on cuts.as_of_date >= known.event_date
        and cuts.as_of_date >= known.known_from
        and cuts.as_of_date < known.known_to
),

{{ metrics_of_days() }},

-- Distinct items are no sum: their sets are looked at for 90 days only, which keeps a long history cheap.
items_of_90_days as (
    select
        cuts.as_of_date,
        activity.user_key,
        activity.item_id,
        max(activity.event_date) as last_event_date,
        sum(activity.purchase_count) as purchase_count
    from cuts
    inner join {{ ref('user_item_activity') }} as activity
        on activity.event_date <= cuts.as_of_date and activity.event_date > cuts.as_of_date - 90
    where {{ is_known_on('cuts.as_of_date', 'activity') }}
    group by cuts.as_of_date, activity.user_key, activity.item_id
),

people as (
    select cuts.as_of_date, map.user_key, bool_or(map.identifier_type in ('login', 'household')) as is_identified
    from cuts
    inner join {{ source('profiles', 'identity_map_history') }} as map
        on cuts.as_of_date >= map.known_from and cuts.as_of_date < map.known_to
    group by cuts.as_of_date, map.user_key
),

spread as (
    select
        as_of_date,
        user_key,
        count(*) filter (last_event_date > as_of_date - 30) as distinct_item_count_30d,
        count(*) as distinct_item_count_90d,
        count(*) filter (purchase_count > 0) as distinct_purchased_item_count_90d
    from items_of_90_days
    group by as_of_date, user_key
)

select
    people.is_identified,
    of_days.*,
    coalesce(spread.distinct_item_count_30d, 0) as distinct_item_count_30d,
    coalesce(spread.distinct_item_count_90d, 0) as distinct_item_count_90d,
    coalesce(spread.distinct_purchased_item_count_90d, 0) as distinct_purchased_item_count_90d
from of_days
inner join people using (as_of_date, user_key)
left join spread using (as_of_date, user_key)
{%- endmacro %}
