-- One row per identifier, source and landed_date: which sources know whom.
select identifier_key, source, landed_date
from {{ ref('int_events') }}
where {{ in_landed_range() }} and not is_bot and {{ makes_a_person() }}
union
-- A landed file lies in its source's folder.
select login_key as identifier_key, split_part(source_file, '/', 1) as source, landed_date
from {{ ref('int_customers') }}
where {{ in_landed_range() }}
