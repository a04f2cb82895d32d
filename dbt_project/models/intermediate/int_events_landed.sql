-- One row per accepted event of any source, in one shape, before it is judged.
{{ config(materialized='view') }}
with told as (
    {{ union_sources('events') }}
),

timed as (
    select
        * replace (
            {{ corrected_event_at() }} as event_at,
            {{ known_event_type('event_type') }} as event_type,
            coalesce(event_name, event_type) as event_name
        )
    from told
)

select
    *,
    (event_at at time zone '{{ var("home_time_zone") }}')::date as event_date,
    date_diff('second', received_at, sent_at) as clock_skew_seconds,
    {{ visitor_key() }} as visitor_key
from timed
