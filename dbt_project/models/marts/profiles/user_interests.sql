-- One row per person, kind and value: their strongest interests, by evidence that fades and expires.
{{ config(materialized='per_person') }}
{%- set items = ref('item_profiles') %}
with kinds as (
    select *, row_number() over (order by kind) as kind_number from {{ ref('interest_kinds') }}
),

meanings_of_items as (
    {%- for kind in ['category', 'category_top', 'brand', 'price_band'] %}
    select item_id, '{{ kind }}' as kind, {{ kind }} as value from {{ items }} where {{ kind }} is not null
    union all
    {%- endfor %}
    select item_id, 'keyword' as kind, unnest({{ keywords('item_name') }}) as value from {{ items }}
),

words_of_queries as (
    select query, 'keyword' as kind, unnest({{ keywords('query') }}) as value
    from (select distinct query from {{ ref('int_activity_queries') }}) as queries
),

-- Grouped by numbers and not by texts, evidence is summed in half the time.
meanings as (
    select *, row_number() over (order by kind, value) as meaning_number
    from (
        select kind, value from meanings_of_items
        union
        select kind, value from words_of_queries
    ) as told
),

choices as (
    select
        as_of_date,
        user_key,
        item_id,
        event_date,
        {{ weight_of_events() }} as weight,
        {{ count_of_events() }} as event_count,
        -- An item whose newest evidence has expired has none: counted by that, it is counted once.
        row_number() over (partition by user_key, item_id order by event_date desc) = 1 as is_newest
    from ({{ served_facts('int_activity_items') }}) as activity
    where {{ count_of_events() }} > 0
),

searches as (
    select
        as_of_date,
        user_key,
        query,
        event_date,
        search_count * {{ interest_weight('search') }} as weight,
        search_count as event_count
    from ({{ served_facts('int_activity_queries') }}) as activity
),

evidence as (
    select choices.*, meanings.kind, meanings.meaning_number
    from choices
    inner join meanings_of_items using (item_id)
    inner join meanings using (kind, value)
    union all by name
    select searches.* exclude (query), false as is_newest, meanings.kind, meanings.meaning_number
    from searches
    inner join words_of_queries using (query)
    inner join meanings using (kind, value)
),

-- Summed as whole millionths, so that the order of rows cannot change a bit.
summed as (
    select
        evidence.as_of_date,
        evidence.user_key,
        evidence.meaning_number,
        kinds.kind_number,
        kinds.kept_count,
        kinds.expiry_days,
        sum(round(
            1e6 * weight * pow(0.5, (evidence.as_of_date - event_date) / kinds.half_life_days)
        )::bigint) as millionths,
        count(*) filter (evidence.is_newest) as item_count,
        sum(evidence.event_count)::bigint as event_count,
        max(evidence.event_date) as last_event_date
    from evidence
    inner join kinds using (kind)
    where evidence.event_date > evidence.as_of_date - kinds.expiry_days
    group by all
    having millionths > 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_key, kind_number order by millionths desc, meaning_number asc
        ) as interest_rank,
        millionths / sum(millionths) over (partition by user_key, kind_number) as interest_score
    from summed
    qualify interest_rank <= kept_count
)

select
    ranked.as_of_date,
    ranked.user_key,
    {{ key_as_id('ranked.user_key') }} as user_id,
    meanings.kind,
    meanings.value,
    ranked.interest_rank,
    ranked.millionths / 1e6 as evidence_weight,
    ranked.interest_score,
    ranked.item_count,
    ranked.event_count,
    ranked.last_event_date,
    ranked.last_event_date + ranked.expiry_days as expires_on
from ranked
inner join meanings using (meaning_number)
