-- One row per accepted event of any source, in one shape.
with landed as (
    {{ cleaned('int_events') }}
),

-- A program stays one for what lands of that date later; an open page does not stay idle.
bots as (
    select visitor_key, event_date, min(landed_date) as flagged_on from {{ ref('int_bot_flags') }}
    where kind = 'bot'
    group by visitor_key, event_date
),

idle as (
    select distinct visitor_key, event_date, landed_date from {{ ref('int_bot_flags') }} where kind = 'idle'
)

select
    event_id,
    source,
    event_type,
    event_name,
    event_at,
    landed.event_date,
    -- As the source gave them; event_at is the time that counts.
    client_event_at,
    sent_at,
    received_at,
    clock_skew_seconds,
    -- A local time that a change of clocks skipped, which moved on, or that came twice, of which it is the later.
    coalesce(is_ambiguous_time, false) as is_ambiguous_time,
    -- Its time tells a day and a place among others, no time of day; the day itself may be declared, not told.
    coalesce(is_order_only, false) as is_order_only,
    coalesce(is_date_declared, false) as is_date_declared,
    identifier_key,
    identifier_type,
    login_key,
    anonymous_key,
    device_key,
    landed.visitor_key,
    household_key,
    email_key,
    phone_key,
    session_id,
    app_id,
    platform,
    device_type,
    os,
    browser,
    language,
    country,
    region,
    city,
    truncated_ip,
    page_url,
    referrer,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_term,
    utm_content,
    click_id,
    channel,
    campaign_id,
    order_id,
    item_id,
    query,
    quantity,
    amount,
    currency,
    rating,
    list_id,
    placement,
    position,
    policy,
    policy_version,
    propensity,
    -- An order counts, whoever placed it.
    coalesce(is_bot, false)
    or coalesce(bots.flagged_on <= landed.landed_date and event_type <> 'purchase', false) as is_bot,
    idle.visitor_key is not null as is_idle,
    properties,
    landed.landed_date,
    source_file,
    source_line
from landed
left join bots on landed.visitor_key = bots.visitor_key and landed.event_date = bots.event_date
left join idle
    on landed.visitor_key = idle.visitor_key
    and landed.event_date = idle.event_date
    and landed.landed_date = idle.landed_date
