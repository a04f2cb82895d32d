-- One row per event; an event about several items is one row per item.
with told as (
    select
        * exclude (items),
        case when json_array_length(items) > 0 then from_json(items, '["json"]') else [null::json] end as listed
    from {{ ref('stg_ga4__records') }}
),

spread as (
    select
        * exclude (listed, event_id),
        event_id || case when len(listed) > 1 then ':' || generate_subscripts(listed, 1) else '' end as event_id,
        unnest(listed) as item,
        generate_subscripts(listed, 1) as place,
        len(list_filter(listed, lambda item: item ->> 'price' is not null)) > 0 as has_prices,
        event_type in ('purchase', 'refund') as is_paid
    from told
)

select
    event_id,
    'ga4' as source,
    event_type,
    event_name,
    event_timestamp as event_at,
    coalesce(login_key, anonymous_key) as identifier_key,
    case when login_key is not null then 'login' when anonymous_key is not null then 'anonymous' end as identifier_type,
    login_key,
    anonymous_key,
    ga_session_id as session_id,
    stream_id as app_id,
    platform,
    device_category as device_type,
    device_os as os,
    browser,
    device_language as language,
    country,
    region,
    city,
    page_location as page_url,
    page_referrer as referrer,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_term,
    utm_content,
    click_id,
    coalesce(utm_medium, first_medium) as channel,
    utm_campaign as campaign_id,
    case when is_paid then coalesce(transaction_id, event_id) end as order_id,
    item ->> 'item_id' as item_id,
    search_term as query,
    case when is_paid then coalesce((item ->> 'quantity')::double::bigint, 1) end as quantity,
    -- What the event amounts to as a whole stands in the first of its rows, where no item has a price.
    case
        when is_paid and has_prices
            then try_cast((item ->> 'price')::decimal(18, 4) * coalesce((item ->> 'quantity')::double::bigint, 1)
                as decimal(18, 4))
        when is_paid and place = 1 then coalesce(purchase_revenue, refund_value)
    end as amount,
    coalesce(currency, 'USD') as currency,
    false as is_bot,
    properties,
    landed_date,
    source_file,
    source_line
from spread
