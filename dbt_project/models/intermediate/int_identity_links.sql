-- One row per anonymous identifier, login and landed_date: the evidence that they were used together.
select
    anonymous_key,
    login_key,
    count(*) as event_count,
    min(event_at) as first_event_at,
    min_by(event_id, (event_at, event_id)) as first_event_id,
    landed_date
from {{ ref('int_events') }}
where {{ in_landed_range() }} and not is_bot and anonymous_key is not null and login_key is not null
group by anonymous_key, login_key, landed_date
