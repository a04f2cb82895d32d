-- One row per visit of a person, as known on the last landed day.
{{ config(pre_hook="{{ declare_columns(daily_columns(session_measures(), 'in the visit')) }}") }}
with visits as (
    {{ served_visits(days=none) }}
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    {{ key_as_id('session_key') }} as session_id,
    source,
    session_date,
    started_at,
    ended_at,
    case when not coalesce(is_order_only, false) then date_diff('second', started_at, ended_at) end as duration_seconds,
    landing_page,
    channel,
    campaign_id,
    device_type,
    {%- for measure in session_measures() %}
    {{ measure }},
    {%- endfor %}
    item_count,
    is_bounce
from visits
