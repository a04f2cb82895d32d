-- One row per person and item that they put into a cart in the last 90 days: what became of it, and since when.
{{ config(materialized='per_person') }}
with actions as (
    {{ served_facts('int_cart_actions') }}
),

-- A purchase ends a cart; what is put into it later is a new one.
numbered as (
    select
        *,
        count(*) filter (action = 'purchase') over (
            partition by user_key, item_id
            order by action_at asc, action asc
            rows between unbounded preceding and 1 preceding
        ) as cart_number
    from actions
    where event_date > as_of_date - {{ behaviour_rule('cart_forgotten_after_days') }}::integer
),

carts as (
    select
        as_of_date,
        user_key,
        item_id,
        cart_number,
        count(*) filter (action = 'cart') as cart_count,
        min(action_at) filter (action = 'cart') as first_carted_at,
        max(action_at) filter (action = 'cart') as last_carted_at,
        max(action_at) filter (action = 'cart_removal') as removed_at,
        min(action_at) filter (action = 'purchase') as bought_at,
        to_hours({{ behaviour_rule('cart_abandoned_after_hours') }}::integer) as patience
    from numbered
    group by as_of_date, user_key, item_id, cart_number
    having cart_count > 0
    qualify row_number() over (partition by user_key, item_id order by cart_number desc) = 1
),

judged as (
    select
        *,
        (as_of_date + 1)::timestamp at time zone '{{ var("home_time_zone") }}' as cut_at,
        case
            when bought_at > first_carted_at + patience then 'recovered'
            when bought_at is not null then 'bought'
            when removed_at >= last_carted_at then 'removed'
            when last_carted_at + patience <= cut_at then 'abandoned'
            else 'open'
        end as cart_state
    from carts
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    item_id,
    cart_state,
    case cart_state
        when 'removed' then removed_at
        when 'abandoned' then last_carted_at + patience
        when 'open' then first_carted_at
        else bought_at
    end as since_at,
    first_carted_at,
    last_carted_at,
    bought_at,
    cart_count
from judged
