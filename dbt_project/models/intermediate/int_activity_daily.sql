-- One row per identifier, event_date and landed_date: sums that any later question adds up.
select
    identifier_key,
    event_date,
    landed_date,
    {%- for event_type, measure in activity_counts().items() %}
    count(*) filter (event_type = '{{ event_type }}') as {{ measure }},
    {%- endfor %}
    count(distinct order_id) filter (event_type = 'purchase') as order_count,
    coalesce(sum(quantity) filter (event_type = 'purchase'), 0)::bigint as purchase_quantity,
    coalesce(sum(amount) filter (event_type = 'purchase'), 0)::decimal(18, 4) as purchase_amount,
    coalesce(sum(amount) filter (event_type = 'refund'), 0)::decimal(18, 4) as refund_amount,
    coalesce(sum(rating), 0)::bigint as rating_sum,
    count(*) as event_count
from {{ ref('int_events') }}
where {{ in_landed_range() }} and not is_bot and not is_idle and {{ makes_a_person() }}
group by identifier_key, event_date, landed_date
