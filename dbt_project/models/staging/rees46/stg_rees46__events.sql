-- One row per event, as the contract maps it.
{{ canonical('events', 'rees46', 'events') }}
