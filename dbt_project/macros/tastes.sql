{#-
What people come back to as known on some cuts: one row per (as_of_date, user_key, kind, value) met on two days or more,
with what chance would have it and, from four standard deviations above that, its rank among the person's tastes.
cuts: a relation with a column as_of_date.
-#}
{% macro tastes_known_on(cuts) -%}
-- A category once known stays known when a later entry leaves it out; a brand is what the latest entry says.
with items as (
    select
        cuts.as_of_date,
        known.item_id,
        arg_max(known.category, (known.observed_at, known.landed_date, known.source_file, known.source_line)) as category,
        arg_max_null(known.brand, (known.observed_at, known.landed_date, known.source_file, known.source_line)) as brand
    from {{ cuts }} as cuts
    inner join {{ ref('int_items') }} as known on known.landed_date <= cuts.as_of_date
    group by cuts.as_of_date, known.item_id
),

-- What somebody looks at twice a day is one choice. A brand is judged among the choices of its categories.
choices as (
    select
        cuts.as_of_date,
        activity.user_key,
        activity.item_id,
        activity.event_date,
        min(greatest(activity.landed_date, activity.known_from)) as known_from
    from {{ ref('user_item_activity') }} as activity
    inner join {{ cuts }} as cuts
        on activity.event_date <= cuts.as_of_date and {{ is_known_on('cuts.as_of_date', 'activity') }}
    where activity.view_count + activity.cart_count + activity.favourite_count + activity.purchase_count > 0
    group by cuts.as_of_date, activity.user_key, activity.item_id, activity.event_date
),

choices_of_kinds as (
    select choices.*, 'category' as kind, items.category as value, null as choice_set
    from choices
    inner join items using (as_of_date, item_id)
    where items.category is not null
    union all
    select choices.*, 'brand' as kind, items.brand as value, items.category as choice_set
    from choices
    inner join items using (as_of_date, item_id)
    where items.brand is not null
),

sets_of_people as (
    select as_of_date, user_key, kind, choice_set, count(*) as choice_count from choices_of_kinds group by all
),

people as (
    select as_of_date, user_key, kind, sum(choice_count)::bigint as choice_count_of_kind
    from sets_of_people
    group by as_of_date, user_key, kind
),

shares as (
    select
        as_of_date,
        kind,
        choice_set,
        value,
        count(*) / sum(count(*)) over (partition by as_of_date, kind, choice_set) as share
    from choices_of_kinds
    group by as_of_date, kind, choice_set, value
),

days as (
    select as_of_date, user_key, kind, value, event_date, count(*) as choice_count, min(known_from) as known_from
    from choices_of_kinds
    group by all
),

met as (
    select
        as_of_date,
        user_key,
        kind,
        value,
        sum(choice_count)::bigint as choice_count,
        count(*) as day_count,
        list(event_date order by event_date) as event_dates,
        list(known_from order by known_from) as known_dates
    from days
    group by as_of_date, user_key, kind, value
    having count(*) > 1
),

-- Sums of whole millionths are the same in any order of rows.
expected as (
    select
        met.as_of_date,
        met.user_key,
        met.kind,
        met.value,
        sum(round(1e6 * sets.choice_count * shares.share)::bigint) / 1e6 as expected_count,
        sum(round(1e6 * sets.choice_count * shares.share * (1 - shares.share))::bigint) / 1e6 as variance
    from met
    inner join shares using (as_of_date, kind, value)
    inner join sets_of_people as sets
        on met.as_of_date = sets.as_of_date and met.user_key = sets.user_key and met.kind = sets.kind
        and shares.choice_set is not distinct from sets.choice_set
    group by met.as_of_date, met.user_key, met.kind, met.value
)

select
    met.*,
    people.choice_count_of_kind,
    expected.expected_count,
    (met.choice_count - expected.expected_count) / sqrt(nullif(expected.variance, 0)) as surprise,
    coalesce(surprise >= 4, false) as is_taste,
    case when is_taste then row_number() over (
        partition by met.as_of_date, met.user_key, met.kind, is_taste
        order by met.day_count desc, surprise desc, met.value asc
    ) end as taste_rank
from met
inner join people using (as_of_date, user_key, kind)
inner join expected using (as_of_date, user_key, kind, value)
{%- endmacro %}

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
