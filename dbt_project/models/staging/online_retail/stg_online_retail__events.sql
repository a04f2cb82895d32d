-- One row per invoice line, in the canonical shape; a line without a customer is known by its invoice.
select
    event_id,
    'online_retail' as source,
    event_type,
    event_at,
    is_ambiguous_time,
    coalesce(login_key, order_key) as identifier_key,
    case when login_key is not null then 'login' else 'order' end as identifier_type,
    login_key,
    order_id,
    item_id,
    quantity,
    amount,
    'GBP' as currency,
    false as is_bot,
    landed_date,
    source_file,
    source_line
from {{ ref('stg_online_retail__lines') }}
