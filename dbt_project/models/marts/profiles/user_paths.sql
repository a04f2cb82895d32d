-- One row per person and path (three steps that followed each other within a visit): their ten most frequent ones.
{{ config(materialized='per_person') }}
with visits as (
    {{ served_visits() }}
),

-- A step that is repeated at once is one step.
walks as (
    select as_of_date, user_key, session_date, {{ without_repeats('steps') }} as steps
    from visits
),

paths as (
    select
        as_of_date,
        user_key,
        session_date,
        unnest(list_transform(
            range(1, len(steps) - 1), lambda place: array_to_string(steps[place:place + 2], ' > ')
        )) as path
    from walks
),

counted as (
    select
        as_of_date,
        user_key,
        path,
        count(*) filter ({{ in_window(30, 'session_date') }}) as path_count_30d,
        count(*) as path_count_90d
    from paths
    group by as_of_date, user_key, path
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    path,
    row_number() over (partition by user_key order by path_count_90d desc, path_count_30d desc, path asc) as path_rank,
    path_count_30d,
    path_count_90d
from counted
qualify path_rank <= 10
