-- One row per item shown in a logged list, and per click on one.
select
    list_event_id as event_id,
    event_type,
    occurred_at as event_at,
    login_key,
    list_id,
    placement,
    position,
    item_id,
    policy,
    policy_version,
    propensity,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__list_events') }}
