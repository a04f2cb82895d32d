-- One row per invoice line, told apart: purchase, refund, stock adjustment or ledger adjustment.
select
    source_file || ':' || source_line as event_id,
    case
        when starts_with(invoice_number, 'A') then 'ledger_adjustment'
        when starts_with(invoice_number, 'C') then 'refund'
        when quantity < 0 then 'stock_adjustment'
        else 'purchase'
    end as event_type,
    invoice_date as event_at,
    is_ambiguous_time,
    login_key,
    order_key,
    invoice_number as order_id,
    -- Product codes are five digits with an optional variant; POST, D, M, BANK CHARGES and the like are no items.
    case when regexp_full_match(stock_code, '\d{5}[A-Za-z]{0,2}|DCGS.+') then upper(stock_code) end as item_id,
    description,
    unit_price,
    country,
    abs(quantity) as quantity,
    abs(quantity * unit_price)::decimal(18, 4) as amount,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'online_retail__lines') }}
