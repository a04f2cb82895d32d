-- One row per impression and per click, as the contract maps them.
{{ canonical('events', 'ad_log', 'impressions') }}
union all by name
{{ canonical('events', 'ad_log', 'clicks') }}
