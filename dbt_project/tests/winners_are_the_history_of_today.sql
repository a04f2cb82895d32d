-- Values that only one of the two tables takes for the one that counts today.
{{ config(meta={'dagster': {'ref': {'name': 'user_attributes'}}}) }}
with winners as (
    select user_key, attribute, value, source from {{ ref('user_attributes') }} where is_winning
),

history as (
    select user_key, attribute, value, source
    from {{ ref('user_attribute_history') }}
    inner join {{ ref('int_cuts') }} as cuts
        on cuts.as_of_date >= valid_from
        and cuts.as_of_date < valid_to
        and cuts.as_of_date >= known_from
        and cuts.as_of_date < known_to
    where cuts.is_served
)

(select * from winners except select * from history)
union all
(select * from history except select * from winners)
