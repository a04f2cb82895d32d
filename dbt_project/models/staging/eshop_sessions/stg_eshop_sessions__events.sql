-- One row per click, as the contract maps it.
{{ canonical('events', 'eshop_sessions', 'clicks') }}
