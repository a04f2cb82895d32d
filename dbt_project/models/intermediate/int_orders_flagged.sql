-- One row per order and flag: what does not add up in an order, which is kept as it was told.
{{ config(materialized='view') }}
with orders as (
    select
        source,
        order_id,
        sum(line_count) as line_count,
        sum(purchase_amount) as purchase_amount,
        sum(refund_amount) as refund_amount,
        min(first_buyer_key) <> max(last_buyer_key) as has_several_buyers
    from {{ ref('int_orders') }}
    group by source, order_id
),

judged as (
    select
        *,
        [
            case when line_count = 0 then 'refund_of_unknown_order' end,
            case when line_count > 0 and refund_amount > purchase_amount then 'refund_above_order' end,
            case when has_several_buyers then 'several_buyers' end
        ] as flags
    from orders
)

select
    source,
    order_id,
    purchase_amount,
    refund_amount,
    unnest(list_filter(flags, lambda flag: flag is not null)) as flag
from judged
