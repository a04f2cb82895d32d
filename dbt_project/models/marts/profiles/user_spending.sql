-- One row per person who bought: how much they spend at once, how dear, and how often under the listed price.
with bought as (
    select user_key, item_id, action_at, amount / nullif(quantity, 0) as unit_amount
    from ({{ served_facts('int_cart_actions') }}) as actions
    where action = 'purchase'
),

listed as (
    select item_id, observed_at, max(price_amount) as price_amount
    from {{ ref('int_items') }}
    where price_amount > 0
    group by item_id, observed_at
),

-- Beside the price that the catalogue showed last before the purchase.
compared as (
    select
        bought.user_key,
        bought.item_id,
        bought.unit_amount <= listed.price_amount * (1 - {{ behaviour_rule('discount_from_share') }}) as is_discounted
    from bought
    asof left join listed on bought.item_id = listed.item_id and bought.action_at > listed.observed_at
),

shares as (
    select
        compared.user_key,
        count(*) filter (items.price_band = 'high') / nullif(count(items.price_band), 0) as premium_share_life,
        count(*) filter (compared.is_discounted) / nullif(count(compared.is_discounted), 0) as discount_share_life
    from compared
    left join {{ ref('item_profiles') }} as items using (item_id)
    group by compared.user_key
)

select
    metrics.as_of_date,
    metrics.user_key,
    {{ key_as_id('metrics.user_key') }} as user_id,
    metrics.average_order_amount_life,
    ceil(5 * cume_dist() over (order by metrics.average_order_amount_life))::integer as spending_band,
    shares.premium_share_life,
    shares.discount_share_life
from {{ ref('user_metrics') }} as metrics
left join shares using (user_key)
where metrics.order_count_life > 0
