{#- What a person likes as tags, those they came back to on most days first. -#}
{% macro taste_tags() -%}
select
    tastes.as_of_date,
    tastes.user_key,
    tastes.user_id,
    rules.tag_id,
    tastes.value as tag_value,
    rules.tag_name_en,
    rules.tag_name_zh,
    tastes.day_count as value,
    {{ tag_score('tastes.day_count', 'levels.enter_at', 'rules.operator') }} as tag_score,
    json_object(
        'metric', 'day_count',
        'value', tastes.day_count,
        'operator', rules.operator,
        'threshold', levels.enter_at,
        'as_of_date', tastes.as_of_date,
        'day_count', tastes.day_count,
        'first_event_date', tastes.event_dates[1],
        'last_event_date', tastes.event_dates[-1],
        'choice_count', tastes.choice_count,
        'expected_count', round(tastes.expected_count, 2),
        'surprise', round(tastes.surprise, 2)
    ) as evidence,
    levels.rule_version,
    rules.purpose,
    tastes.event_dates[levels.enter_at::integer] as valid_from,
    tastes.known_dates[levels.enter_at::integer] as known_from,
    tastes.as_of_date + rules.expiry_days as expires_on
from {{ ref('user_tastes') }} as tastes
inner join {{ ref('tag_rules') }} as rules
    on rules.rule_kind = 'taste' and tastes.kind = rules.metric and tastes.taste_rank <= rules.most
inner join {{ ref('tag_levels') }} as levels
    on rules.tag_id = levels.tag_id and tastes.as_of_date between levels.in_force_from and levels.in_force_to
where tastes.day_count >= levels.enter_at
{%- endmacro %}
