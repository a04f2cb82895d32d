-- One row per person: who they are, what they did in each window, and where they stand, as of the last landed day.
{{ config(post_hook="{{ describe_columns(metric_descriptions()) }}") }}
with metrics as (
    select * from {{ ref('user_metrics') }}
),

map as (
    select * from {{ ref('identity_map') }}
),

identifiers as (
    select user_key, count(*) as identifier_count from map group by user_key
),

-- The newest answer to each question that was answered at all.
customers as (
    select
        map.user_key,
        {%- for attribute in [
            'gender', 'birth_year', 'region', 'city', 'occupation', 'income_band', 'children_count',
        ] %}
        arg_max({{ attribute }}, (observed_at, customers.landed_date, source_file, source_line)) as {{ attribute }},
        {%- endfor %}
        min(registered_at) as registered_at
    from {{ ref('int_customers') }} as customers
    inner join map on {{ person_key('customers') }} = map.identifier_key
    group by map.user_key
),

lifecycle as (
    select user_key, lifecycle_stage, entered_on from {{ ref('user_lifecycle') }} where left_on is null
),

consents as (
    select * from {{ ref('user_consents') }}
),

dimensions as (
    select
        user_key,
        dimension,
        value,
        row_number() over (
            partition by user_key, dimension order by sum(event_count) desc, value
        ) as value_rank
    from {{ ref('user_dimension_activity') }}
    where known_to = {{ open_end() }}
    group by user_key, dimension, value
),

main_dimensions as (
    select
        user_key,
        max(value) filter (dimension = 'channel') as main_channel,
        max(value) filter (dimension = 'device_type') as main_device_type
    from dimensions
    where value_rank = 1
    group by user_key
),

main_interests as (
    select
        user_key,
        max(value) filter (kind = 'category') as main_category,
        max(value) filter (kind = 'brand') as main_brand
    from {{ ref('user_interests') }}
    where interest_rank = 1
    group by user_key
),

tags as (
    select held.user_key, list(distinct held.tag_id order by held.tag_id) as tag_ids
    from {{ ref('user_tags') }} as held
    inner join consents using (user_key)
    where {{ is_consented('held.purpose', 'consents') }}
    group by held.user_key
),

-- Fifths of the buyers; equal values get equal scores.
rfm as (
    select
        user_key,
        ceil(5 * cume_dist() over (order by purchase_recency_days desc))::integer as rfm_recency,
        ceil(5 * cume_dist() over (order by purchase_day_count_life))::integer as rfm_frequency,
        ceil(5 * cume_dist() over (order by purchase_amount_life))::integer as rfm_monetary
    from metrics
    where order_count_life > 0
)

select
    metrics.as_of_date,
    metrics.user_key,
    {{ key_as_id('metrics.user_key') }} as user_id,
    identifiers.identifier_count,
    customers.* exclude (user_key, birth_year),
    year(metrics.as_of_date) - customers.birth_year as age,
    consents.* exclude (user_key),
    main_dimensions.main_channel,
    main_dimensions.main_device_type,
    main_interests.main_category,
    main_interests.main_brand,
    lifecycle.lifecycle_stage,
    lifecycle.entered_on as lifecycle_stage_entered_on,
    rfm.rfm_recency,
    rfm.rfm_frequency,
    rfm.rfm_monetary,
    coalesce(tags.tag_ids, []) as tag_ids,
    metrics.* exclude (as_of_date, user_key)
from metrics
inner join identifiers using (user_key)
left join customers using (user_key)
inner join consents using (user_key)
left join main_dimensions using (user_key)
left join main_interests using (user_key)
left join tags using (user_key)
left join rfm using (user_key)
left join lifecycle using (user_key)
