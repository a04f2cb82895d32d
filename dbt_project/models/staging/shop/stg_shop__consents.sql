-- One row per consent given or withdrawn.
select
    login_key,
    purpose,
    is_granted,
    consented_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__consents') }}
