-- One row per person, kind (category, category_top, brand) and value: their ten strongest interests of each kind,
-- halved every 30 days.
with items as (
    select * from {{ ref('item_profiles') }}
),

cut as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

weighted as (
    select
        map.user_key,
        activity.item_id,
        activity.event_date,
        {%- for event_type in ['view', 'click', 'cart', 'favourite', 'purchase', 'dismiss'] %}
        activity.{{ event_type }}_count
        * (select weight from {{ ref('interest_weights') }} where event_type = '{{ event_type }}')
        {{ '+' if not loop.last else 'as weight,' }}
        {%- endfor %}
        cut.as_of_date
    from {{ ref('int_activity_items') }} as activity
    cross join cut
    inner join {{ source('profiles', 'identity_map_history') }} as map using (identifier_key)
    where activity.event_date <= cut.as_of_date and {{ is_known_on('cut.as_of_date', 'activity', 'map') }}
),

-- Summed as whole millionths, so that the order of rows cannot change a bit.
decayed as (
    select
        user_key,
        item_id,
        max(event_date) as last_event_date,
        sum(round(1e6 * weight * pow(0.5, (as_of_date - event_date) / 30.0))::bigint) as evidence_millionths
    from weighted
    group by user_key, item_id
),

by_value as (
    {%- for kind in ['category', 'category_top', 'brand'] %}
    select decayed.*, '{{ kind }}' as kind, items.{{ kind }} as value from decayed inner join items using (item_id)
    where items.{{ kind }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

summed as (
    select
        user_key,
        kind,
        value,
        count(*) as item_count,
        max(last_event_date) as last_event_date,
        sum(evidence_millionths) / 1e6 as evidence_weight
    from by_value
    group by user_key, kind, value
    having sum(evidence_millionths) > 0
)

select
    cut.as_of_date,
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
    last_event_date
from summed
cross join cut
qualify interest_rank <= 10
