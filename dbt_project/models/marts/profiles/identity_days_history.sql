-- One row per date of a shared browser or device on which one login alone was seen, and interval of knowledge.
with shared as (
    select hits.identifier_key, min(hits.since) as since
    from {{ source('profiles', 'identity_quarantine') }} as hits
    inner join {{ ref('identity_rules') }} as rules using (rule)
    where rules.linked_type in ('login', 'shared_device') and rules.identifier_type in ('anonymous', 'device')
    group by hits.identifier_key
),

logins_seen as (
    select
        links.other_identifier_key as identifier_key,
        links.event_date,
        links.identifier_key as login_key,
        shared.since,
        min(links.landed_date) as known_from
    from {{ ref('int_identity_links') }} as links
    inner join shared on links.other_identifier_key = shared.identifier_key
    where links.identifier_type = 'login'
    group by links.other_identifier_key, links.event_date, links.identifier_key, shared.since
),

-- The first login has the date until a second one is known.
logins_alone as (
    select
        identifier_key,
        event_date,
        arg_min(login_key, known_from) as login_key,
        greatest(min(known_from), since) as alone_from,
        coalesce(list_sort(list(known_from))[2], {{ open_end() }}) as alone_to
    from logins_seen
    group by identifier_key, event_date, since
    having alone_from < alone_to
),

-- Whose such a date is while the login has it, before that, and after.
owners as (
    select identifier_key, event_date, login_key, login_key as owner_key, alone_from as owned_from, alone_to as owned_to
    from logins_alone
    union all
    select
        identifier_key,
        event_date,
        null as login_key,
        identifier_key as owner_key,
        unnest([date '0001-01-01', alone_to]) as owned_from,
        unnest([alone_from, {{ open_end() }}]) as owned_to
    from logins_alone
)

select
    owners.identifier_key,
    owners.event_date,
    owners.login_key,
    map.user_key,
    greatest(map.known_from, owners.owned_from) as known_from,
    least(map.known_to, owners.owned_to) as known_to
from owners
inner join {{ source('profiles', 'identity_map_history') }} as map on owners.owner_key = map.identifier_key
where greatest(map.known_from, owners.owned_from) < least(map.known_to, owners.owned_to)
