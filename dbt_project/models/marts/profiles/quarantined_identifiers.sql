-- One row per identifier and rule that it broke: it joins nobody.
select
    map.user_key,
    map.user_id,
    map.identifier_id,
    hits.identifier_type,
    hits.rule,
    hits.value,
    hits.since
from {{ source('profiles', 'identity_quarantine') }} as hits
inner join {{ ref('identity_map') }} as map using (identifier_key)
