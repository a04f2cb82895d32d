-- One row per item shown in a list that was logged, with what came of it within the window. A click or an order line
-- counts for one impression: of the list that it names, else for the last time that the person was shown the item.
{%- set names = {'of a list': ['source', 'list_id'], 'of a person': ['user_key']} %}
with events as (
    select
        events.*,
        people.user_key,
        events.source || ':' || events.event_id as impression_id
    from {{ ref('int_events') }} as events
    left join {{ ref('identity_map') }} as people on events.identifier_key = people.identifier_key
    where events.event_type in ('impression', 'click', 'purchase') and events.item_id is not null and not events.is_bot
),

shown as (
    select * from events where event_type = 'impression' and list_id is not null
),

credited as (
    {%- for how, keys in names.items() %}
    -- {{ how }}
    select
        shown.impression_id,
        events.event_type,
        events.event_at,
        events.landed_date,
        events.amount
    from events
    asof inner join (
        select {{ keys | join(', ') }}, item_id, event_at, min(impression_id) as impression_id from shown group by all
    ) as shown
        on
            events.item_id = shown.item_id
            {%- for key in keys %} and events.{{ key }} = shown.{{ key }} {%- endfor %}
            and events.event_at >= shown.event_at
    where
        events.event_type != 'impression' and events.list_id is {{ 'not ' if 'list_id' in keys }}null
        and events.event_at < shown.event_at + to_days({{ list_outcome_days() }})
    {{- ' union all' if not loop.last }}
    {%- endfor %}
),

outcomes as (
    select
        impression_id,
        min(event_at) filter (event_type = 'click') as clicked_at,
        min(landed_date) filter (event_type = 'click') as click_landed_date,
        min(event_at) filter (event_type = 'purchase') as ordered_at,
        min(landed_date) filter (event_type = 'purchase') as order_landed_date
    from credited
    group by impression_id
)

select
    impression_id,
    shown.source,
    shown.list_id,
    shown.user_key,
    shown.item_id,
    coalesce(shown.placement, 'unknown') as placement,
    shown.position,
    shown.policy,
    shown.policy_version,
    shown.propensity,
    shown.properties,
    shown.event_at as shown_at,
    shown.event_date as shown_date,
    shown.landed_date,
    outcomes.clicked_at is not null as has_click,
    outcomes.clicked_at,
    outcomes.click_landed_date,
    outcomes.ordered_at is not null as has_order,
    outcomes.ordered_at,
    outcomes.order_landed_date,
    shown.event_date + {{ list_outcome_days() }} <= cut.as_of_date as is_window_over
from shown
cross join (select as_of_date from {{ ref('int_cuts') }} where is_served) as cut
left join outcomes using (impression_id)
