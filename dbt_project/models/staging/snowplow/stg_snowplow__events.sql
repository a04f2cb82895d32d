-- One row per event; an event about several products is one row per product.
with told as (
    select
        *,
        case when json_array_length(products) > 0 then from_json(products, '["json"]') else [null::json] end as listed
    from {{ ref('stg_snowplow__records') }}
),

spread as (
    select
        * exclude (listed),
        len(listed) as product_count,
        unnest(listed) as product,
        generate_subscripts(listed, 1) as place
    from told
),

measured as (
    select
        *,
        try_cast(try_cast(product ->> 'quantity' as double) as bigint) as units,
        try_cast(product ->> 'price' as decimal(18, 4)) as unit_amount
    from spread
)

select
    event_id || case when product_count > 1 then ':' || place else '' end as event_id,
    'snowplow' as source,
    event_type,
    coalesce(event_name, event) as event_name,
    event_at,
    dvce_created_tstamp as client_event_at,
    dvce_sent_tstamp as sent_at,
    collector_tstamp as received_at,
    coalesce(login_key, anonymous_key, device_key) as identifier_key,
    case
        when login_key is not null then 'login'
        when anonymous_key is not null then 'anonymous'
        when device_key is not null then 'device'
    end as identifier_type,
    columns(['login_key', 'anonymous_key', 'device_key', 'app_id', 'platform', 'page_url']),
    domain_sessionid as session_id,
    dvce_type as device_type,
    os_family as os,
    br_family as browser,
    br_lang as language,
    geo_country as country,
    geo_region_name as region,
    geo_city as city,
    page_referrer as referrer,
    mkt_source as utm_source,
    mkt_medium as utm_medium,
    mkt_campaign as utm_campaign,
    mkt_term as utm_term,
    mkt_content as utm_content,
    mkt_clickid as click_id,
    coalesce(mkt_medium, refr_medium) as channel,
    mkt_campaign as campaign_id,
    case
        when event_type in ('purchase', 'refund')
            then coalesce(transactions ->> '$[0].transaction_id', ti_orderid, tr_orderid, event_id)
    end as order_id,
    coalesce(product ->> 'id', ti_sku) as item_id,
    case when event_type in ('purchase', 'refund') then coalesce(units, ti_quantity, 1) end as quantity,
    case
        when event_type in ('purchase', 'refund')
            then coalesce(
                try_cast(unit_amount * coalesce(units, 1) as decimal(18, 4)),
                ti_price * coalesce(ti_quantity, 1),
                try_cast(transactions ->> '$[0].revenue' as decimal(18, 4))
            )
    end as amount,
    coalesce(product ->> 'currency', ti_currency) as currency,
    is_bot,
    properties,
    landed_date,
    source_file,
    source_line
from measured
