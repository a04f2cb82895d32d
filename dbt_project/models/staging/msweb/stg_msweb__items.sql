-- One row per area, as the contract maps it.
{{ canonical('items', 'msweb', 'areas') }}
