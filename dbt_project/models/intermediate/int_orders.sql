-- One row per order and landed_date: what that day told about the order.
select
    source,
    order_id,
    any_value(identifier_key order by source_file, source_line) as identifier_key,
    -- Two logins are two buyers, whoever the two turn out to be.
    min(login_key) filter (event_type = 'purchase') as first_buyer_key,
    max(login_key) filter (event_type = 'purchase') as last_buyer_key,
    min(event_at) filter (event_type = 'purchase') as ordered_at,
    min(event_date) filter (event_type = 'purchase') as order_date,
    count(*) filter (event_type = 'purchase') as line_count,
    coalesce(sum(quantity) filter (event_type = 'purchase'), 0)::bigint as purchase_quantity,
    coalesce(sum(amount) filter (event_type = 'purchase'), 0)::decimal(18, 4) as purchase_amount,
    coalesce(sum(amount) filter (event_type = 'refund'), 0)::decimal(18, 4) as refund_amount,
    landed_date
from {{ ref('int_events') }}
where {{ in_landed_range() }} and order_id is not null and event_type in ('purchase', 'refund')
group by source, order_id, landed_date
