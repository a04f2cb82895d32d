-- One row per person: who they are, what they did in each window, and where they stand, as of the last landed day.
{{ config(pre_hook="{{ declare_columns(metric_columns()) }}") }}
with metrics as (
    select * from {{ ref('user_metrics') }}
),

map as (
    select * from {{ ref('identity_map') }}
),

identifiers as (
    select user_key, count(*) as identifier_count from map group by user_key
),

attributes as (
    select
        user_key,
        {%- for attribute, type in profile_attributes().items() %}
        max(value) filter (attribute = '{{ attribute }}')::{{ type }} as {{ attribute }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('user_attributes') }}
    where is_winning
    group by user_key
),

registrations as (
    select map.user_key, min(registered_at) as registered_at
    from {{ ref('int_customers') }} as customers
    inner join map on {{ person_key('customers') }} = map.identifier_key
    group by map.user_key
),

lifecycle as (
    select user_key, lifecycle_stage, entered_on from {{ ref('user_lifecycle') }} where left_on is null
),

main_devices as (
    select user_key, os as main_os, is_shared as is_main_device_shared
    from {{ ref('user_devices') }}
    where device_rank = 1
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
    attributes.* exclude (user_key, birth_year, age_band),
    registrations.registered_at,
    year(metrics.as_of_date) - attributes.birth_year as age,
    coalesce(
        {{ age_band('year(metrics.as_of_date) - attributes.birth_year') }}, attributes.age_band
    ) as age_band,
    consents.* exclude (user_key),
    main_dimensions.main_channel,
    main_dimensions.main_device_type,
    main_devices.* exclude (user_key),
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
left join attributes using (user_key)
left join registrations using (user_key)
left join main_devices using (user_key)
inner join consents using (user_key)
left join main_dimensions using (user_key)
left join main_interests using (user_key)
left join tags using (user_key)
left join rfm using (user_key)
left join lifecycle using (user_key)
