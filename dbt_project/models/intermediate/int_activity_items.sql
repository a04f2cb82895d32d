-- One row per identifier, item, event_date and landed_date.
select
    identifier_key,
    item_id,
    event_date,
    landed_date,
    {%- for event_type in ['impression', 'click', 'view', 'cart', 'favourite', 'dismiss', 'purchase'] %}
    count(*) filter (event_type = '{{ event_type }}') as {{ event_type }}_count,
    {%- endfor %}
    coalesce(sum(quantity) filter (event_type = 'purchase'), 0)::bigint as purchase_quantity,
    coalesce(sum(amount) filter (event_type = 'purchase'), 0)::decimal(18, 4) as purchase_amount
from {{ ref('int_events') }}
where {{ in_landed_range() }} and not is_bot and {{ makes_a_person() }} and item_id is not null
group by identifier_key, item_id, event_date, landed_date
