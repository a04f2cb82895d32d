-- One row per visitor and area, as the contract maps it.
{{ canonical('events', 'msweb', 'visits') }}
