-- One row per person and tag that holds now, with the numbers that caused it and the day since when.
with held_now as (
    {{ tags_held(ref('user_metrics')) }}
),

held_by_people_of_then as (
    {{ tags_held(ref('user_metrics_history')) }}
),

-- What a person held before they were joined with others counts as held by who they are known to be now.
held_on_sundays as (
    select distinct held.as_of_date, map.user_key, held.tag_id
    from held_by_people_of_then as held
    inner join {{ ref('identity_map') }} as map on held.user_key = map.identifier_key
),

served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

sundays as (
    select as_of_date, row_number() over (order by as_of_date desc) as weeks_back
    from {{ ref('int_cuts') }}
    where is_weekly
),

-- Weeks in a row are those whose rank among the tag's own weeks equals their distance from today.
held_in_a_row as (
    select
        held.user_key,
        held.tag_id,
        held.as_of_date,
        sundays.weeks_back,
        row_number() over (partition by held.user_key, held.tag_id order by held.as_of_date desc) as held_number
    from held_on_sundays as held
    inner join sundays using (as_of_date)
),

held_since as (
    select user_key, tag_id, min(as_of_date) as valid_from
    from held_in_a_row
    where weeks_back = held_number
    group by user_key, tag_id
)

select
    served.as_of_date,
    held_now.user_key,
    {{ key_as_id('held_now.user_key') }} as user_id,
    held_now.tag_id,
    rules.tag_name_en,
    rules.tag_name_zh,
    held_now.value,
    -- How far past the threshold, from 0.5 at the threshold towards 1.
    round(
        case
            when rules.threshold > 0 then 1 - 0.5 * rules.threshold / greatest(held_now.value, rules.threshold)
            else 1
        end, 4
    ) as tag_score,
    json_object(
        'metric', held_now.metric,
        'value', held_now.value,
        'operator', rules.operator,
        'threshold', rules.threshold,
        'as_of_date', served.as_of_date
    ) as evidence,
    rules.rule_version,
    rules.purpose,
    coalesce(held_since.valid_from, served.as_of_date) as valid_from
from held_now
cross join served
inner join {{ ref('tag_rules') }} as rules using (tag_id)
left join held_since using (user_key, tag_id)
