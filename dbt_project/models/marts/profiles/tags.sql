-- One row per tag of the home's packs: its rule, whom it holds for now, how fresh that is and when it last changed.
with served as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

people as (
    select count(*) as person_count from {{ ref('user_metrics') }}
),

held as (
    select tag_id, count(distinct user_key) as person_count from {{ ref('user_tags') }} group by tag_id
),

log_of_changes as (
    select user_key, tag_id, changed_on, change from {{ ref('user_tag_changes') }}
    union all
    select user_key, tag_id, changed_on, change from {{ ref('user_taste_changes') }}
),

changes as (
    select
        changes.tag_id,
        max(changes.changed_on) as last_changed_on,
        count(distinct changes.user_key)
            filter (changes.change = 'entered' and changes.changed_on > served.as_of_date - 7) as entered_count_7d,
        count(distinct changes.user_key)
            filter (changes.change = 'left' and changes.changed_on > served.as_of_date - 7) as left_count_7d
    from log_of_changes as changes
    cross join served
    group by changes.tag_id
)

select
    rules.tag_id,
    rules.tag_name_en,
    rules.tag_name_zh,
    rules.pack,
    rules.owner,
    rules.rule_kind,
    rules.metric,
    rules.operator,
    rules.window_days,
    rules.rule_version,
    rules.purpose,
    coalesce(held.person_count, 0) as person_count,
    coalesce(held.person_count, 0) / nullif(people.person_count, 0) as coverage,
    served.as_of_date,
    changes.last_changed_on,
    coalesce(changes.entered_count_7d, 0) as entered_count_7d,
    coalesce(changes.left_count_7d, 0) as left_count_7d,
    rules.expiry_days,
    served.as_of_date + rules.expiry_days as expires_on
from {{ ref('tag_rules') }} as rules
cross join served
cross join people
left join held using (tag_id)
left join changes using (tag_id)
