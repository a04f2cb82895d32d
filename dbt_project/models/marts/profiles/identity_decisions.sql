-- One row per decision about people and pair of identifiers that it joins or keeps apart.
select
    decision_id,
    line_number,
    decision,
    {{ key_as_id('identifier_key') }} as identifier_id,
    {{ key_as_id('other_identifier_key') }} as other_identifier_id,
    undone_decision_id,
    reason,
    decided_at,
    landed_date as known_from
from {{ ref('int_identity_decisions') }}
