-- One row per product and landed day on which it was sold: its last name and price of that day.
select
    item_id,
    arg_max(description, source_line) filter (description is not null) as item_name,
    arg_max(unit_price, source_line) as price_amount,
    max(event_at) as observed_at,
    landed_date,
    any_value(source_file) as source_file,
    max(source_line) as source_line
from {{ ref('stg_online_retail__lines') }}
where item_id is not null and event_type = 'purchase' and unit_price > 0
group by item_id, landed_date
