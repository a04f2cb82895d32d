-- One row per person, time that they reached somebody else, and interval of knowledge.
-- As known on K: landed_date and known_from <= K < known_to.
{{ config(materialized='view') }}
{{ facts_of_people(ref('int_social_ties')) }}
