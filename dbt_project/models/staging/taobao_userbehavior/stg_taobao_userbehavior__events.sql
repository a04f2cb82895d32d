-- One row per behaviour, in the canonical shape; the log has no prices.
select
    source_file || ':' || source_line as event_id,
    'taobao_userbehavior' as source,
    case behavior_type
        when 'pv' then 'view' when 'fav' then 'favourite' when 'buy' then 'purchase' else behavior_type
    end as event_type,
    ts as event_at,
    login_key as identifier_key,
    'login' as identifier_type,
    login_key,
    -- Each purchase is its own order: the log names none.
    case when behavior_type = 'buy' then source_file || ':' || source_line end as order_id,
    item_id,
    case when behavior_type = 'buy' then 1 end as quantity,
    false as is_bot,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'taobao_userbehavior__behaviours') }}
