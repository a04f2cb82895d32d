-- One row per call in which somebody shared a product or cart with somebody else.
select
    coalesce(login_key, anonymous_key) as identifier_key,
    recipient_key as other_identifier_key,
    'share' as tie_type,
    happened_at as tied_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'segment__calls') }}
where type = 'track' and event in ('Product Shared', 'Cart Shared') and recipient_key is not null
