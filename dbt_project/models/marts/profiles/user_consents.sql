-- One row per person: the newest consent to each purpose by any of their identifiers, whatever it was before.
with map as (
    select identifier_key, user_key from {{ ref('identity_map') }}
),

defaults as (
    select contracts.* from ({{ consent_defaults() }}) as contracts (source, purpose, is_granted)
),

-- Who was never asked has consented only if every source that knows them says so.
defaults_of_people as (
    select
        map.user_key,
        defaults.purpose,
        bool_and(defaults.is_granted) as is_granted
    from {{ ref('int_identifier_sources') }} as known
    inner join map using (identifier_key)
    inner join defaults on known.source = defaults.source
    group by map.user_key, defaults.purpose
),

newest as (
    select
        map.user_key,
        consents.purpose,
        arg_max(is_granted, (consented_at, landed_date, source_file, source_line)) as is_granted
    from {{ ref('int_consents') }} as consents
    inner join map using (identifier_key)
    group by map.user_key, consents.purpose
),

settled as (
    select * from newest
    union all
    select * from defaults_of_people anti join newest using (user_key, purpose)
),

people as (
    select distinct user_key from map
)

select
    people.user_key,
    {%- for purpose in purposes() %}
    coalesce(bool_or(settled.is_granted) filter (settled.purpose = '{{ purpose }}'), false)
        as is_consented_{{ purpose }}{{ ',' if not loop.last }}
    {%- endfor %}
from people
left join settled using (user_key)
group by people.user_key
