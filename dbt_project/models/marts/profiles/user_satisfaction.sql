-- One row per person who bought: how satisfied they are, from 0 to 100, as the sum of two parts.
{{ config(materialized='per_person') }}
with told as (
    select
        metrics.as_of_date,
        metrics.user_key,
        metrics.review_count_life,
        metrics.refund_count_life,
        -- Two reviews of the middle stand for those that nobody wrote.
        (coalesce(metrics.average_rating_life * metrics.review_count_life, 0) + 2 * 3) / (metrics.review_count_life + 2)
            as expected_rating,
        1 - least(1, coalesce(metrics.refund_amount_life / nullif(metrics.purchase_amount_life, 0), 0)) as kept_share
    from {{ ref('user_metrics') }} as metrics
    where metrics.order_count_life > 0
),

parts as (
    select
        *,
        (60 * (expected_rating - 1) / 4)::decimal(4, 1) as rating_points,
        (40 * kept_share)::decimal(4, 1) as kept_points
    from told
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    (rating_points + kept_points)::decimal(4, 1) as satisfaction_points,
    rating_points,
    kept_points,
    review_count_life,
    refund_count_life
from parts
