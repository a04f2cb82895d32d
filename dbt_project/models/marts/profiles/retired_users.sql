-- One row per person that was joined with another: who they are known as now.
select
    {{ key_as_id('identifier_key') }} as retired_user_id,
    arg_max(user_key, known_to) as user_key,
    {{ key_as_id('arg_max(user_key, known_to)') }} as user_id,
    max(known_to) filter (identifier_key = user_key) as retired_on
from {{ source('profiles', 'identity_map_history') }}
group by identifier_key
having arg_max(user_key, known_to) <> identifier_key and bool_or(identifier_key = user_key)
