-- One row per identify call: the traits that it tells.
select
    login_key,
    anonymous_key,
    email_key,
    phone_key,
    'registration' as source_kind,
    gender,
    year(try_cast(birthday as date)) as birth_year,
    state as region,
    city,
    title as occupation,
    created_at as registered_at,
    happened_at as observed_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'segment__calls') }}
where type = 'identify' and login_key is not null
