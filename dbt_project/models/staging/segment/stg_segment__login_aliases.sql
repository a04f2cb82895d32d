-- One row per alias call: the user id that somebody goes by, and what they were called before, were it a user id too.
select
    login_key,
    previous_login_key,
    message_id as event_id,
    happened_at as aliased_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'segment__calls') }}
where type = 'alias' and not is_bot and login_key <> previous_login_key
