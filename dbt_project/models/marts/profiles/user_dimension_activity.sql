-- One row per person, dimension, value, event_date, landed_date and interval of knowledge.
-- As known on K: landed_date and known_from <= K < known_to.
{{ config(materialized='view') }}
{{ facts_of_people(ref('int_activity_dimensions')) }}
