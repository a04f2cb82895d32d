-- One row per consent event and purpose: granted if the scope that stands for it is among those chosen.
with purposes as (
    select known.purpose, known.scope
    from (values ('analytics', 'statistics'), ('personalisation', 'preferences'), ('advertising', 'marketing'))
        as known (purpose, scope)
)

select
    login_key,
    anonymous_key,
    device_key,
    purpose,
    coalesce(list_contains(json_extract_string(consents, '$[0].consent_scopes[*]'), scope), false)
    and coalesce(json_extract_string(consents, '$[0].event_type'), '') != 'withdrawn' as is_granted,
    event_at as consented_at,
    landed_date,
    source_file,
    source_line
from {{ ref('stg_snowplow__records') }}
cross join purposes
where json_array_length(consents) > 0
