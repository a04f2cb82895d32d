-- One row per review.
select
    review_id as event_id,
    'review' as event_type,
    reviewed_at as event_at,
    login_key,
    order_id,
    item_id,
    rating,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__reviews') }}
