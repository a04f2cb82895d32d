-- One row per identifier, query, event_date and landed_date.
select
    identifier_key,
    query,
    event_date,
    landed_date,
    count(*) as search_count
from {{ ref('int_events') }}
where {{ in_landed_range() }} and not is_bot and {{ makes_a_person() }} and event_type = 'search' and query is not null
group by identifier_key, query, event_date, landed_date
