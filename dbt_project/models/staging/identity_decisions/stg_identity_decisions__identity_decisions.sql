-- One row per decision and pair of identifiers that it joins or keeps apart; an undo has no pair.
select
    decision_id,
    line_number,
    decision,
    {{ id_as_key('identifier_id') }} as identifier_key,
    {{ id_as_key('other_identifier_id') }} as other_identifier_key,
    undone_decision_id,
    reason,
    decided_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'identity_decisions__decisions') }}
