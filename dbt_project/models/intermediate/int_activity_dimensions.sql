-- One row per identifier, dimension, value, event_date and landed_date: where and with what people came.
{%- set dimensions = ['channel', 'device_type'] %}
{%- for dimension in dimensions %}
select
    identifier_key,
    '{{ dimension }}' as dimension,
    {{ dimension }} as value,
    event_date,
    landed_date,
    count(*) as event_count,
    count(distinct order_id) filter (event_type = 'purchase') as order_count
from {{ ref('int_events') }}
where
    {{ in_landed_range() }} and not is_bot and not is_idle and {{ makes_a_person() }}
    and {{ dimension }} is not null
group by all
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
