-- One row per person, item, event_date, landed_date and interval of knowledge.
-- As known on K: landed_date and known_from <= K < known_to.
{{ config(
    materialized='view',
    pre_hook="{{ declare_columns(daily_columns(item_activity_measures())) }}",
) }}
{{ facts_of_people(ref('int_activity_items')) }}
