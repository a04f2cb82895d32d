-- One row per decision about people and pair of identifiers: a fact with both clocks.
with decisions as (
    {{ union_sources('identity_decisions') }}
)

select
    decision_id,
    line_number,
    decision,
    identifier_key,
    other_identifier_key,
    undone_decision_id,
    reason,
    decided_at,
    landed_date,
    source_file,
    source_line
from decisions
where {{ in_landed_range() }}
