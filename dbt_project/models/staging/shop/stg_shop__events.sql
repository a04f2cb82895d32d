-- One row per event of the shop, in the canonical shape: behaviour, order lines, refunds, reviews, lists.
with recorded as (
    select * from {{ ref('stg_shop__behaviours') }}
    union all by name
    select * from {{ ref('stg_shop__order_lines') }}
    union all by name
    select * from {{ ref('stg_shop__refunds') }}
    union all by name
    select * from {{ ref('stg_shop__reviews') }}
    union all by name
    select * from {{ ref('stg_shop__list_events') }}
)

select
    * exclude (is_bot),
    'shop' as source,
    coalesce(login_key, anonymous_key) as identifier_key,
    case when login_key is not null then 'login' when anonymous_key is not null then 'anonymous' end as identifier_type,
    coalesce(is_bot, false) as is_bot
from recorded
