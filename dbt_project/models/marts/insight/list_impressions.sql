-- One row per item shown in a list that was logged, with what came of it within the window. A click or an order line
-- counts for one impression: of the list that it names, else for the last time that the person was shown the item.
with events as (
    select
        events.*,
        people.user_key,
        events.source || ':' || events.event_id as impression_id,
        ['list ' || events.source || ':' || events.list_id, 'person ' || people.user_key] as names
    from {{ ref('int_events') }} as events
    left join {{ ref('identity_map') }} as people on events.identifier_key = people.identifier_key
    where events.event_type in ('impression', 'click', 'purchase') and events.item_id is not null and not events.is_bot
),

shown as (
    select * from events where event_type = 'impression' and list_id is not null
),

named as (
    select
        *,
        unnest(names) as name
    from shown
),

-- An item that stands twice in a list counts as shown once.
showings as (
    select
        name,
        item_id,
        event_at,
        min(impression_id) as impression_id
    from named
    group by name, item_id, event_at
),

outcomes as (
    select
        showings.impression_id,
        min(responses.event_at) filter (responses.event_type = 'click') as clicked_at,
        min(responses.landed_date) filter (responses.event_type = 'click') as click_landed_date,
        min(responses.event_at) filter (responses.event_type = 'purchase') as ordered_at,
        min(responses.landed_date) filter (responses.event_type = 'purchase') as order_landed_date
    from events as responses
    asof inner join showings
        on
            coalesce(responses.names[1], responses.names[2]) = showings.name and responses.item_id = showings.item_id
            and responses.event_at >= showings.event_at
    where
        responses.event_type != 'impression'
        and responses.event_at < showings.event_at + to_days({{ list_outcome_days() }})
    group by showings.impression_id
),

cut as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
)

select
    shown.impression_id,
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
cross join cut
left join outcomes on shown.impression_id = outcomes.impression_id
