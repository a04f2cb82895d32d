-- One row per person who registered on the word of another, who reached them.
select
    referrer_key as identifier_key,
    login_key as other_identifier_key,
    'referral' as tie_type,
    referred_at as tied_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__referrals') }}
