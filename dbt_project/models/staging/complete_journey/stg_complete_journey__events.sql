-- One row per basket line and per redeemed coupon, as the contract maps them.
{{ canonical('events', 'complete_journey', 'transactions') }}
union all by name
{{ canonical('events', 'complete_journey', 'coupon_redemptions') }}
