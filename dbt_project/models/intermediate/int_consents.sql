-- One row per consent given or withdrawn: a fact with both clocks.
with consents as (
    {{ union_sources('consents') }}
)

select
    coalesce({{ person_types() | join('_key, ') }}_key) as identifier_key,
    purpose,
    is_granted,
    consented_at,
    landed_date,
    source_file,
    source_line
from consents
where {{ in_landed_range() }}
