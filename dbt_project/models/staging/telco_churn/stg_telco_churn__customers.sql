-- One row per customer, as the contract maps it.
{{ canonical('customers', 'telco_churn', 'customers') }}
