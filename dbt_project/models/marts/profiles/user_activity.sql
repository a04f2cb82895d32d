-- One row per person, event_date, landed_date and interval of knowledge.
-- As known on K: landed_date and known_from <= K < known_to.
{{ config(
    materialized='view',
    post_hook="{{ describe_columns(daily_descriptions(activity_measures())) }}",
) }}
select map.user_key, map.known_from, map.known_to, activity.* exclude (identifier_key)
from {{ ref('int_activity_daily') }} as activity
inner join {{ source('profiles', 'identity_map_history') }} as map using (identifier_key)
