-- One row per product and landed day on which it was clicked.
select
    page_2_clothing_model as item_id,
    case any_value(page_1_main_category order by source_line)
        when '1' then 'trousers' when '2' then 'skirts' when '3' then 'blouses' else 'sale'
    end as category,
    max(price) as price_amount,
    landed_date,
    any_value(source_file order by source_file) as source_file,
    max(source_line) as source_line
from {{ source('raw', 'eshop_sessions__clicks') }}
group by page_2_clothing_model, landed_date
