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
    gender,
    birth_year,
    region,
    city,
    occupation,
    income_band,
    children_count,
    registered_at,
    observed_at,
    landed_date,
    source_file,
    source_line
from customers
