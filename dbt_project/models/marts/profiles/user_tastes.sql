-- One row per person, kind (category, brand) and value that they came back to more often than chance would have it.
with served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

-- What somebody looks at twice a day is one choice. A brand is judged among the choices of its categories.
choices as (
    select
        activity.user_key,
        activity.item_id,
        activity.event_date,
        min(greatest(activity.landed_date, activity.known_from)) as known_from
    from {{ ref('user_item_activity') }} as activity
    cross join served
    where activity.event_date <= served.as_of_date and {{ is_known_on('served.as_of_date', 'activity') }}
        and activity.view_count + activity.cart_count + activity.favourite_count + activity.purchase_count > 0
    group by activity.user_key, activity.item_id, activity.event_date
),

values_of_items as (
    unpivot {{ ref('item_profiles') }} on category, brand into name kind value value
),

choices_of_kinds as (
    select choices.*, kinds.kind, kinds.value, case when kinds.kind = 'brand' then items.category end as choice_set
    from choices
    inner join {{ ref('item_profiles') }} as items using (item_id)
    inner join values_of_items as kinds using (item_id)
),

shares as (
    select kind, choice_set, value, count(*) / sum(count(*)) over (partition by kind, choice_set) as share
    from choices_of_kinds
    group by kind, choice_set, value
),

sets_of_people as (
    select user_key, kind, choice_set, count(*) as choice_count from choices_of_kinds group by all
),

days as (
    select user_key, kind, value, event_date, count(*) as choice_count, min(known_from) as known_from
    from choices_of_kinds
    group by all
),

met as (
    select
        user_key,
        kind,
        value,
        sum(choice_count)::bigint as choice_count,
        count(*) as day_count,
        list(event_date order by event_date) as event_dates,
        list(known_from order by known_from) as known_dates
    from days
    group by all
    having count(*) > 1
),

-- Sums of whole millionths are the same in any order of rows.
expected as (
    select
        met.user_key,
        met.kind,
        met.value,
        sum(round(1e6 * sets.choice_count * shares.share)::bigint) / 1e6 as expected_count,
        sum(round(1e6 * sets.choice_count * shares.share * (1 - shares.share))::bigint) / 1e6 as variance
    from met
    inner join shares using (kind, value)
    inner join sets_of_people as sets
        on met.user_key = sets.user_key and met.kind = sets.kind
        and shares.choice_set is not distinct from sets.choice_set
    group by all
)

select
    served.as_of_date,
    met.user_key,
    {{ key_as_id('met.user_key') }} as user_id,
    met.* exclude (user_key),
    expected.expected_count,
    (met.choice_count - expected.expected_count) / sqrt(nullif(expected.variance, 0)) as surprise,
    row_number() over (
        partition by met.user_key, met.kind order by met.day_count desc, surprise desc, met.value asc
    ) as taste_rank
from met
inner join expected using (user_key, kind, value)
cross join served
where surprise >= 4
