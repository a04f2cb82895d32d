-- One row per campaign assignment, shown or held out.
with exposures as (
    {{ union_sources('exposures') }}
)

select
    exposure_id,
    campaign_id,
    {{ person_key('exposures') }} as identifier_key,
    channel,
    is_holdout,
    exposed_at,
    cost_amount,
    landed_date,
    source_file,
    source_line
from exposures
where {{ in_landed_range() }}
