-- One row per coupon offered to a customer.
select
    offer_id,
    login_key,
    coupon_code,
    discount_percent,
    offered_at,
    expires_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__coupons') }}
