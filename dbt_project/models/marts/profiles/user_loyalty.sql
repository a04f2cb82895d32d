-- One row per person who bought: how loyal they are, from 0 to 100, as the sum of four parts.
{{ config(materialized='per_person') }}
with parts as (
    select
        as_of_date,
        user_key,
        (30 * pow(0.5, purchase_recency_days / 90))::decimal(4, 1) as recency_points,
        (30 * least(1, purchase_day_count_90d / 6))::decimal(4, 1) as frequency_points,
        (20 * least(1, tenure_days / 365))::decimal(4, 1) as tenure_points,
        (20 * (1 - 1 / purchase_day_count_life))::decimal(4, 1) as repeat_points
    from {{ ref('user_metrics') }}
    where order_count_life > 0
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    (recency_points + frequency_points + tenure_points + repeat_points)::decimal(4, 1) as loyalty_points,
    recency_points,
    frequency_points,
    tenure_points,
    repeat_points
from parts
