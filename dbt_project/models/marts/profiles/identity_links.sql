-- One row per pair of identifiers, kind of evidence and source: how often and since when they were seen together.
select
    {{ key_as_id('identifier_key') }} as identifier_id,
    identifier_type,
    {{ key_as_id('other_identifier_key') }} as other_identifier_id,
    other_identifier_type,
    evidence,
    source,
    sum(evidence_count)::bigint as evidence_count,
    min(first_event_at) as first_event_at,
    arg_min(first_event_id, (first_event_at, first_event_id)) as first_event_id,
    min(landed_date) as known_from
from {{ ref('int_identity_links') }}
group by identifier_key, identifier_type, other_identifier_key, other_identifier_type, evidence, source
