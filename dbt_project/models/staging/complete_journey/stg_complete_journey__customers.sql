-- One row per household that answered, as the contract maps it.
{{ canonical('customers', 'complete_journey', 'demographics') }}
