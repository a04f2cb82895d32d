-- One row per web or app event of the shop.
select
    event_id,
    event_type,
    occurred_at as event_at,
    login_key,
    anonymous_key,
    device_key,
    device_type,
    os,
    channel,
    campaign_id,
    item_id,
    page_url,
    query,
    is_bot,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__events') }}
