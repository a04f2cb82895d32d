-- One row per impression and per click, as the contract maps them.
{{ canonical('events', 'ipinyou', 'impressions') }}
union all by name
{{ canonical('events', 'ipinyou', 'clicks') }}
