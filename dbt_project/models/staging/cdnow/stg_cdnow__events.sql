-- One row per purchase, in the canonical shape; the log names neither orders nor what was bought.
select
    source_file || ':' || source_line as event_id,
    'cdnow' as source,
    'purchase' as event_type,
    purchased_on as event_at,
    is_ambiguous_time,
    login_key as identifier_key,
    'login' as identifier_type,
    login_key,
    source_file || ':' || source_line as order_id,
    number_of_cds as quantity,
    dollar_value as amount,
    'USD' as currency,
    false as is_bot,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'cdnow__purchases') }}
