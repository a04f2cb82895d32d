-- One row per item: its latest catalogue entry and what people did with it up to the last landed day.
{{ config(pre_hook="{{ declare_columns(windowed_columns(item_measures(), item_windows())) }}") }}
with cut as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

latest as (
    select *
    from {{ ref('int_items') }}
    qualify row_number() over (
        partition by item_id order by observed_at desc, landed_date desc, source_file desc, source_line desc
    ) = 1
),

-- A name or category once known stays known when a later entry leaves it out.
known as (
    select
        item_id,
        {%- for attribute in ['item_name', 'category', 'category_top'] %}
        arg_max({{ attribute }}, (observed_at, landed_date, source_file, source_line)) as {{ attribute }},
        {%- endfor %}
        min(landed_date) as first_listed_date
    from {{ ref('int_items') }}
    group by item_id
),

activity as (
    select
        item_id,
        min(event_date) as first_event_date,
        {%- for measure in item_measures() %}
        {%- for suffix, days in item_windows().items() %}
        coalesce(sum({{ measure }}) filter ({{ in_window(days) }}), 0)::bigint as {{ measure }}_{{ suffix }},
        {%- endfor %}
        {%- endfor %}
        count(distinct identifier_key) filter (purchase_count > 0) as buyer_count_life
    from {{ ref('int_activity_items') }}
    cross join cut
    where event_date <= as_of_date
    group by item_id
),

ratings as (
    select item_id, count(rating) as rating_count, avg(rating) as average_rating
    from {{ ref('int_events') }}
    where event_type = 'review' and rating is not null and not is_bot
    group by item_id
)

select
    cut.as_of_date,
    item_id,
    known.item_name,
    known.category,
    known.category_top,
    latest.brand,
    latest.price_amount,
    {{ price_band('latest.price_amount', 'known.category') }} as price_band,
    latest.cost_amount,
    latest.stock_quantity,
    latest.min_age,
    latest.blocked_regions,
    latest.is_consumable,
    latest.available_from,
    latest.available_to,
    least(known.first_listed_date, activity.first_event_date) as first_seen_date,
    ratings.average_rating,
    coalesce(ratings.rating_count, 0) as rating_count,
    {%- for column in windowed_columns(item_measures(), item_windows()) %}
    coalesce(activity.{{ column }}, 0) as {{ column }},
    {%- endfor %}
    coalesce(activity.buyer_count_life, 0) as buyer_count_life
from latest
cross join cut
inner join known using (item_id)
left join activity using (item_id)
left join ratings using (item_id)
