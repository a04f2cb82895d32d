-- One row per refunded order line.
select
    refund_id as event_id,
    'refund' as event_type,
    refunded_at as event_at,
    login_key,
    order_id,
    item_id,
    quantity,
    amount,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__refunds') }}
