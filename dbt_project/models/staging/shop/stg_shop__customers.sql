-- One row per customer and change of their record; an answer refused or never asked for is no value.
select
    login_key,
    email_key,
    phone_key,
    -- What people said on registration; later changes were made by hand.
    case when updated_at = registered_at then 'registration' else 'crm' end as source_kind,
    {{ answered('gender') }} as gender,
    try_cast({{ answered('birth_year') }} as bigint) as birth_year,
    {{ answered('region') }} as region,
    {{ answered('city') }} as city,
    {{ answered('occupation') }} as occupation,
    {{ answered('education') }} as education,
    {{ answered('marital_status') }} as marital_status,
    {{ answered('income_band') }} as income_band,
    try_cast({{ answered('children_count') }} as bigint) as children_count,
    registered_at,
    updated_at as observed_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__customers') }}
