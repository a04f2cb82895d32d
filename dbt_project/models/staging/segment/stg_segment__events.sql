-- One row per call; a call about several products is one row per product.
{%- set event_types = {
    'Products Searched': 'search', 'Product List Viewed': 'impression', 'Product Clicked': 'click',
    'Product Viewed': 'view', 'Product Added': 'cart', 'Product Added to Wishlist': 'favourite',
    'Order Completed': 'purchase', 'Order Refunded': 'refund', 'Product Reviewed': 'review',
    'Promotion Viewed': 'promotion_view', 'Promotion Clicked': 'promotion_click', 'Signed In': 'login',
    'Product Removed': 'cart_removal', 'Product Shared': 'share', 'Cart Shared': 'share',
} %}
with calls as (
    select
        * exclude (quantity),
        case
            when type in ('page', 'screen') then 'page_view'
            when type != 'track' then type
            else case event
                {%- for name, event_type in event_types.items() %}
                when '{{ name }}' then '{{ event_type }}'
                {%- endfor %}
                else lower(replace(event, ' ', '_'))
            end
        end as event_type,
        coalesce(quantity, 1) as quantity,
        case when json_array_length(products) > 0 then from_json(products, '["json"]') else [null::json] end as listed
    from {{ source('raw', 'segment__calls') }}
),

spread as (
    select
        * exclude (listed),
        len(listed) as product_count,
        unnest(listed) as product,
        generate_subscripts(listed, 1) as place
    from calls
),

priced as (
    select
        *,
        event_type in ('purchase', 'refund') as is_paid,
        coalesce((product ->> 'quantity')::double::bigint, quantity) as units,
        coalesce((product ->> 'price')::decimal(18, 4), price) as unit_amount
    from spread
)

select
    message_id || case when product_count > 1 then ':' || place else '' end as event_id,
    'segment' as source,
    event_type,
    coalesce(event, name, type) as event_name,
    happened_at as event_at,
    original_timestamp as client_event_at,
    sent_at,
    received_at,
    coalesce(login_key, anonymous_key) as identifier_key,
    case when login_key is not null then 'login' when anonymous_key is not null then 'anonymous' end as identifier_type,
    login_key,
    -- An alias call links who somebody was to their user id.
    case when type = 'alias' then coalesce(previous_key, anonymous_key) else anonymous_key end as anonymous_key,
    device_key,
    email_key,
    phone_key,
    columns([
        'device_type', 'os', 'truncated_ip', 'page_url', 'referrer', 'channel', 'currency', 'query', 'rating',
        'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'
    ]),
    app as app_id,
    locale as language,
    utm_campaign as campaign_id,
    case when is_paid then coalesce(order_id, message_id) end as order_id,
    coalesce(product ->> 'product_id', product_id) as item_id,
    case when is_paid then units end as quantity,
    case when is_paid then coalesce(try_cast(units * unit_amount as decimal(18, 4)), revenue, total) end as amount,
    is_bot,
    properties,
    landed_date,
    source_file,
    source_line
from priced
