-- One row per person who bought items of a brand: how far they keep to one.
{{ config(materialized='per_person') }}
with lines as (
    select bought.as_of_date, bought.user_key, items.brand, count(*) as line_count
    from ({{ served_facts('int_cart_actions') }}) as bought
    inner join {{ ref('item_profiles') }} as items using (item_id)
    where bought.action = 'purchase' and items.brand is not null
    group by bought.as_of_date, bought.user_key, items.brand
),

shares as (
    select *, line_count / sum(line_count) over (partition by user_key) as share
    from lines
)

-- Entropy is summed as whole billionths, so that the order of rows cannot change a bit.
select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    sum(line_count)::bigint as purchase_line_count_life,
    count(*) as brand_count_life,
    first(brand order by line_count desc, brand asc) as top_brand,
    max(share) as top_brand_share_life,
    sum(round(-1e9 * share * log2(share))::bigint) / 1e9 as brand_entropy_bits_life
from shares
group by as_of_date, user_key
having purchase_line_count_life >= {{ behaviour_rule('brand_loyalty_from_lines') }}
