-- One row per source, event_type and event_name: how often and since when; rare names beyond a cap are one.
with counted as (
    select
        source,
        event_type,
        event_name,
        sum(event_count) as event_count,
        max(name_count) as name_count,
        min(landed_date) as first_landed_date,
        max(landed_date) as last_landed_date
    from {{ ref('int_event_names') }}
    group by source, event_type, event_name
),

capped as (
    select * replace ({{ capped_event_name('source') }} as event_name)
    from counted
)

select
    source,
    event_type,
    event_name,
    event_type <> 'unknown' as is_known,
    sum(event_count)::bigint as event_count,
    sum(name_count)::bigint as name_count,
    min(first_landed_date) as first_landed_date,
    max(last_landed_date) as last_landed_date
from capped
group by source, event_type, event_name
