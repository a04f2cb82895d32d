-- One row per date of a shared browser or device that is somebody's, as known now.
select
    {{ key_as_id('identifier_key') }} as identifier_id,
    event_date,
    {{ key_as_id('login_key') }} as login_id,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    known_from
from {{ ref('identity_days_history') }}
where login_key is not null and known_to = {{ open_end() }}
