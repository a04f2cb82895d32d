-- One row per source, event_type, event_name and landed_date: how often it was said; rare names beyond a cap are one.
with counted as (
    select source, event_type, event_name, landed_date, count(*) as event_count
    from {{ ref('int_events') }}
    where {{ in_landed_range() }}
    group by source, event_type, event_name, landed_date
),

capped as (
    select * replace ({{ capped_event_name('source, landed_date') }} as event_name)
    from counted
)

select
    source,
    event_type,
    event_name,
    landed_date,
    sum(event_count)::bigint as event_count,
    count(*) as name_count
from capped
group by source, event_type, event_name, landed_date
