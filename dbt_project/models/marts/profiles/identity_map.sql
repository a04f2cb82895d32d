-- One row per identifier: the person it belongs to, as known now.
select
    identifier_key,
    {{ key_as_id('identifier_key') }} as identifier_id,
    identifier_type,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    known_from
from {{ source('profiles', 'identity_map_history') }}
where known_to = {{ open_end() }}
