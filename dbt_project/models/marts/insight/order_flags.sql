-- One row per source and flag: how many orders do not add up, and what they amount to.
select
    source,
    flag,
    count(*) as order_count,
    sum(purchase_amount)::decimal(38, 4) as purchase_amount,
    sum(refund_amount)::decimal(38, 4) as refund_amount
from {{ ref('int_orders_flagged') }}
group by source, flag
