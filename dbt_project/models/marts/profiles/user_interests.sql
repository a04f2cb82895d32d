-- One row per person, kind and value: their strongest interests, by evidence that fades and expires.
{{ config(materialized='per_person') }}
{%- set items = ref('item_profiles') %}
with meanings as (
    {%- for kind in ['category', 'category_top', 'brand', 'price_band'] %}
    select item_id, '{{ kind }}' as kind, {{ kind }} as value from {{ items }} where {{ kind }} is not null
    union all
    {%- endfor %}
    select item_id, 'keyword' as kind, unnest({{ keywords('item_name') }}) as value from {{ items }}
),

item_evidence as (
    select
        as_of_date,
        user_key,
        item_id,
        event_date,
        {{ weight_of_events() }} as weight,
        {{ count_of_events() }} as event_count
    from ({{ served_facts('int_activity_items') }}) as activity
),

query_evidence as (
    select
        as_of_date,
        user_key,
        event_date,
        'keyword' as kind,
        unnest({{ keywords('query') }}) as value,
        search_count * {{ interest_weight('search') }} as weight,
        search_count as event_count
    from ({{ served_facts('int_activity_queries') }}) as activity
),

evidence as (
    select * from item_evidence inner join meanings using (item_id) where event_count > 0
    union all by name
    select * from query_evidence
),

-- Summed as whole millionths, so that the order of rows cannot change a bit.
summed as (
    select
        evidence.as_of_date,
        evidence.user_key,
        evidence.kind,
        evidence.value,
        kinds.kept_count,
        kinds.expiry_days,
        sum(round(
            1e6 * weight * pow(0.5, (evidence.as_of_date - event_date) / kinds.half_life_days)
        )::bigint) / 1e6 as evidence_weight,
        count(distinct evidence.item_id) as item_count,
        sum(evidence.event_count)::bigint as event_count,
        max(evidence.event_date) as last_event_date
    from evidence
    inner join {{ ref('interest_kinds') }} as kinds using (kind)
    where evidence.event_date > evidence.as_of_date - kinds.expiry_days
    group by all
    having evidence_weight > 0
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    kind,
    value,
    row_number() over (partition by user_key, kind order by evidence_weight desc, value asc) as interest_rank,
    evidence_weight,
    -- Floats are summed in the order of their values, so that the last bit is the same in any order of rows.
    evidence_weight / sum(evidence_weight) over (
        partition by user_key, kind order by value rows between unbounded preceding and unbounded following
    ) as interest_score,
    item_count,
    event_count,
    last_event_date,
    last_event_date + expiry_days as expires_on
from summed
qualify interest_rank <= kept_count
