-- One row per customer record and question without an answer, or with the answer zero: a fact with both clocks.
with missing_answers as (
    {{ union_sources('missing_answers') }}
)

select
    login_key,
    column_name,
    missing_kind,
    observed_at,
    landed_date,
    source_file,
    source_line
from missing_answers
where {{ in_landed_range() }}
