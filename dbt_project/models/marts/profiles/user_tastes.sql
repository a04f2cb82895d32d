-- One row per person, kind (category, brand) and value that they came back to more often than chance would have it.
with served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

met as (
    {{ tastes_known_on('served') }}
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    kind,
    value,
    choice_count,
    day_count,
    event_dates,
    known_dates,
    expected_count,
    surprise,
    taste_rank
from met
where is_taste
