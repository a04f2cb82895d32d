{% macro purposes() -%}
    {{ return(['analytics', 'personalisation', 'advertising', 'sensitive']) }}
{%- endmacro %}

{#- Whether a person consents to the purpose that a column names. -#}
{% macro is_consented(purpose, consents) -%}
    case {{ purpose }}
        {%- for name in purposes() %}
        when '{{ name }}' then {{ consents }}.is_consented_{{ name }}
        {%- endfor %}
        else false
    end
{%- endmacro %}

{#- Rows (source, purpose, is_granted): what each contract says of people without a consent of their own. -#}
{% macro consent_defaults() -%}
values
    {%- for source, granted in fromjson(env_var('DMP_CONSENT_DEFAULTS')).items() %}
    {%- set is_last_source = loop.last %}
    {%- for purpose in purposes() %}
    ('{{ source }}', '{{ purpose }}', {{ granted[purpose] | lower }}){{ ',' if not (is_last_source and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{#-
CTEs and select: the newest consent to each purpose by any of a person's identifiers, among those known on a day. One row
per day and person.

map: a relation with as_of_date, identifier_key and user_key: who was who on each day.
-#}
{% macro newest_consents(map) -%}
with map as (
    select as_of_date, identifier_key, user_key from {{ map }}
),

defaults as (
    select contracts.* from ({{ consent_defaults() }}) as contracts (source, purpose, is_granted)
),

-- Who was never asked has consented only if every source that knows them says so.
defaults_of_people as (
    select
        map.as_of_date,
        map.user_key,
        defaults.purpose,
        bool_and(defaults.is_granted) as is_granted
    from {{ ref('int_identifier_sources') }} as known
    inner join map using (identifier_key)
    inner join defaults on known.source = defaults.source
    where known.landed_date <= map.as_of_date
    group by map.as_of_date, map.user_key, defaults.purpose
),

newest as (
    select
        map.as_of_date,
        map.user_key,
        consents.purpose,
        arg_max(is_granted, (consented_at, landed_date, source_file, source_line)) as is_granted
    from {{ ref('int_consents') }} as consents
    inner join map using (identifier_key)
    where consents.landed_date <= map.as_of_date
    group by map.as_of_date, map.user_key, consents.purpose
),

settled as (
    select * from newest
    union all
    select * from defaults_of_people anti join newest using (as_of_date, user_key, purpose)
),

people as (
    select distinct as_of_date, user_key from map
)

select
    people.as_of_date,
    people.user_key,
    {%- for purpose in purposes() %}
    coalesce(bool_or(settled.is_granted) filter (settled.purpose = '{{ purpose }}'), false)
        as is_consented_{{ purpose }}{{ ',' if not loop.last }}
    {%- endfor %}
from people
left join settled using (as_of_date, user_key)
group by people.as_of_date, people.user_key
{%- endmacro %}
