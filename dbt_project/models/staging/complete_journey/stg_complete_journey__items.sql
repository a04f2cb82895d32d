-- One row per product, as the contract maps it.
{{ canonical('items', 'complete_journey', 'products') }}
