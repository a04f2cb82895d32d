-- One row per identifier and interval of knowledge: the person it was joined to from known_from until before known_to.
with identifiers as (
    select
        identifier_key,
        any_value(identifier_type) as identifier_type,
        min(landed_date) as first_landed_date,
        arg_min(first_event_at, landed_date) as first_event_at
    from {{ ref('int_identifiers') }}
    group by identifier_key
),

links as (
    select
        anonymous_key,
        login_key,
        min(landed_date) as linked_on,
        row_number() over (partition by anonymous_key order by min(landed_date), login_key) as link_number
    from {{ ref('int_identity_links') }}
    group by anonymous_key, login_key
),

-- An anonymous identifier belongs to the one login it was used with; from the day a second login appears it is shared
-- and belongs to nobody but itself.
owners as (
    select
        anonymous_key as identifier_key,
        arg_min(login_key, link_number) as login_key,
        min(linked_on) as owned_from,
        coalesce(max(linked_on) filter (link_number = 2), {{ open_end() }}) as owned_to
    from links
    group by anonymous_key
),

memberships as (
    select identifier_key as login_key, identifier_key, first_landed_date as known_from, {{ open_end() }} as known_to
    from identifiers
    where identifier_type <> 'anonymous'
    union all
    select login_key, identifier_key, owned_from, owned_to from owners where owned_from < owned_to
),

changes as (
    select login_key, known_from as changed_on from memberships
    union
    select login_key, known_to from memberships
),

spans as (
    select
        login_key,
        changed_on as span_from,
        lead(changed_on) over (partition by login_key order by changed_on) as span_to
    from changes
),

-- A person is named by their earliest identifier.
people as (
    select
        spans.login_key,
        spans.span_from,
        spans.span_to,
        min_by(
            memberships.identifier_key,
            (identifiers.first_landed_date, identifiers.first_event_at, memberships.identifier_key)
        ) as user_key
    from spans
    inner join memberships
        on spans.login_key = memberships.login_key
        and spans.span_from >= memberships.known_from and spans.span_from < memberships.known_to
    inner join identifiers on memberships.identifier_key = identifiers.identifier_key
    group by spans.login_key, spans.span_from, spans.span_to
),

joined as (
    select memberships.identifier_key, people.user_key, people.span_from as known_from, people.span_to as known_to
    from memberships
    inner join people
        on memberships.login_key = people.login_key
        and people.span_from >= memberships.known_from and people.span_from < memberships.known_to
),

alone as (
    select identifier_key, identifier_key as user_key, first_landed_date as known_from, {{ open_end() }} as known_to
    from identifiers
    where identifier_type = 'anonymous' and identifier_key not in (select identifier_key from owners)
    union all
    select identifier_key, identifier_key, first_landed_date, owned_from
    from owners inner join identifiers using (identifier_key)
    where first_landed_date < owned_from
    union all
    select identifier_key, identifier_key, owned_to, {{ open_end() }} from owners where owned_to < {{ open_end() }}
),

resolved as (
    select * from joined
    union all
    select * from alone
)

select identifiers.identifier_type, resolved.*
from resolved
inner join identifiers using (identifier_key)
