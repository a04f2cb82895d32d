-- One row per person: what they had done by the end of a day, as known at the end of another (or of the same).
{{ config(
    materialized='table_function',
    parameters=['as_of', 'known_on'],
    persist_docs={'relation': false, 'columns': false},
    contract={'enforced': false},
) }}
with days as (
    select as_of::date as as_of_date, * exclude (known_from, known_to)
    from {{ ref('user_days') }}
    where event_date <= as_of and known_from <= known_on and known_to > known_on
),

{{ metrics_of_days() }}

select * from of_days
