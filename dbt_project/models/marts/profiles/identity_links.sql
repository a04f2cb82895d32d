-- One row per pair of identifiers, kind of evidence and source: how often and since when they were seen together.
select
    -- An order is nobody's name: its person is that of the identifier beside it.
    coalesce(any_value(ones.user_key), any_value(others.user_key)) as user_key,
    {{ key_as_id('links.identifier_key') }} as identifier_id,
    links.identifier_type,
    {{ key_as_id('other_identifier_key') }} as other_identifier_id,
    other_identifier_type,
    evidence,
    source,
    sum(evidence_count)::bigint as evidence_count,
    min(first_event_at) as first_event_at,
    arg_min(first_event_id, (first_event_at, first_event_id)) as first_event_id,
    min(landed_date) as known_from
from {{ ref('int_identity_links') }} as links
left join {{ ref('identity_map') }} as ones on links.identifier_key = ones.identifier_key
left join {{ ref('identity_map') }} as others on links.other_identifier_key = others.identifier_key
-- An alias call may name a login that nobody ever used.
where other_identifier_type <> 'login' or (ones.user_key is not null and others.user_key is not null)
group by
    links.identifier_key, links.identifier_type, other_identifier_key, other_identifier_type, evidence, source
