-- One row per item of a campaign and landed day on which it was shown.
select
    campaign || ':' || item_id as item_id,
    campaign as category,
    max(shown_at) as observed_at,
    landed_date,
    any_value(source_file order by source_file) as source_file,
    max(source_line) as source_line
from {{ source('raw', 'open_bandit__impressions') }}
group by campaign, item_id, landed_date
