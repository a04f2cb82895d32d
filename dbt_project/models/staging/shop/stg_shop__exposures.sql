-- One row per campaign assignment: shown, or held out at random.
select
    exposure_id,
    campaign_id,
    login_key,
    channel,
    is_holdout,
    exposed_at,
    cost_amount,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__exposures') }}
