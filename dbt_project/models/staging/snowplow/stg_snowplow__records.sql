-- One row per event of either form, with its canonical type.
with records as (
    select * from {{ source('raw', 'snowplow__events') }}
    union all by name
    select * from {{ ref('stg_snowplow__enriched') }}
)

select
    * replace (
        is_bot or coalesce(try_cast(robots ->> '$[0].spiderOrRobot' as boolean), false) as is_bot,
        -- The warehouse's rows hold one action as an object, or none as an empty list.
        case when json_type(action) = 'OBJECT' then action end as action
    ),
    case
        when coalesce(event_name, event) = 'page_view' then 'page_view'
        when event = 'transaction_item' then 'purchase'
        when se_action = 'login' then 'login'
        else case action ->> 'type'
            when 'product_view' then 'view'
            when 'list_view' then 'impression'
            when 'list_click' then 'click'
            when 'add_to_cart' then 'cart'
            when 'remove_from_cart' then 'cart_removal'
            when 'transaction' then 'purchase'
            else coalesce(action ->> 'type', event_name, event)
        end
    end as event_type,
    coalesce(derived_tstamp, collector_tstamp) as event_at
from records
