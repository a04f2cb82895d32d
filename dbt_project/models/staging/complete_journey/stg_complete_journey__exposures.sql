-- One row per campaign and household that got it, on the campaign's first day.
select
    campaigns.campaign_id || ':' || campaigns.household_key as exposure_id,
    campaigns.campaign_id,
    campaigns.household_key,
    descriptions.campaign_type as channel,
    false as is_holdout,
    timezone('America/New_York', descriptions.start_date::timestamp) as exposed_at,
    campaigns.landed_date,
    campaigns.source_file,
    campaigns.source_line
from {{ source('raw', 'complete_journey__campaigns') }} as campaigns
inner join {{ source('raw', 'complete_journey__campaign_descriptions') }} as descriptions using (campaign_id)
