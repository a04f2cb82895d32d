-- One row per customer record: a fact with both clocks.
with customers as (
    {{ cleaned('int_customers') }}
)

select
    login_key,
    anonymous_key,
    device_key,
    household_key,
    email_key,
    phone_key,
    coalesce(source_kind, 'crm') as source_kind,
    {%- for attribute in declared_attributes() %}
    {{ attribute }},
    {%- endfor %}
    registered_at,
    observed_at,
    landed_date,
    source_file,
    source_line
from customers
