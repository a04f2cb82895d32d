-- One row per person, tag and value of it (its level, or what they like) that holds now, with what caused it.
with served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

tag_values as materialized (
    {{ tag_values(ref('user_metrics')) }}
),

bounds as (
    {{ tag_bounds('tag_values') }}
),

last_changes as (
    select user_key, tag_id, level_rank, changed_on
    from {{ ref('user_tag_changes') }}
    qualify row_number() over (partition by user_key, tag_id order by changed_on desc) = 1
),

held as (
    select last_changes.*, tag_values.value, bounds.level, bounds.enter_at, bounds.leave_at, bounds.rule_version
    from last_changes
    inner join tag_values using (user_key, tag_id)
    inner join bounds using (tag_id, level_rank)
),

-- The newest fact of the week in which the level began; where there is none, time alone began it on the cut.
news as (
    select
        held.user_key,
        held.tag_id,
        max(days.known_from) as known_from,
        max_by(days.event_date, (days.known_from, days.event_date)) as event_date
    from held
    inner join {{ ref('user_days') }} as days
        on held.user_key = days.user_key
        and days.known_from > held.changed_on - isodow(held.changed_on)::integer
        and days.known_from <= held.changed_on
        and days.known_to > held.changed_on
    group by held.user_key, held.tag_id
),

facts as (
    {{ tag_facts() }}
)

select
    served.as_of_date,
    held.user_key,
    {{ key_as_id('held.user_key') }} as user_id,
    held.tag_id,
    held.level as tag_value,
    rules.tag_name_en,
    rules.tag_name_zh,
    held.value,
    {{ tag_score('held.value', 'held.enter_at', 'rules.operator') }} as tag_score,
    json_object(
        'metric', coalesce(rules.metric, 'points'),
        'value', held.value,
        'operator', rules.operator,
        'threshold', case when {{ meets('held.value', 'rules.operator', 'held.enter_at') }}
            then held.enter_at else held.leave_at end,
        'enter_at', held.enter_at,
        'leave_at', held.leave_at,
        'as_of_date', served.as_of_date,
        'day_count', facts.day_count,
        'first_event_date', facts.first_event_date,
        'last_event_date', facts.last_event_date
    ) as evidence,
    held.rule_version,
    rules.purpose,
    coalesce(news.event_date, held.changed_on) as valid_from,
    coalesce(news.known_from, held.changed_on) as known_from,
    served.as_of_date + rules.expiry_days as expires_on
from held
cross join served
inner join {{ ref('tag_rules') }} as rules using (tag_id)
left join news using (user_key, tag_id)
left join facts using (user_key, tag_id)
union all by name
{{ taste_tags() }}
