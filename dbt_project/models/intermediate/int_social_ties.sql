-- One row per time that somebody reached somebody else: by a referral, by sharing something with them.
with ties as (
    {{ union_sources('social_ties') }}
)

select
    identifier_key,
    other_identifier_key,
    tie_type,
    tied_at,
    (tied_at at time zone '{{ var("home_time_zone") }}')::date as event_date,
    landed_date,
    source_file,
    source_line
from ties
where {{ in_landed_range() }}
