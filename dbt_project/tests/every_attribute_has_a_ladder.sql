-- Attributes without a rung, or whose rungs name several purposes.
with attributes as (
    select unnest({{ declared_attributes() | list + inferred_areas() | list }}) as attribute
)

select attributes.attribute
from attributes
left join {{ ref('attribute_ladder') }} as ladder using (attribute)
group by attributes.attribute
having count(distinct ladder.purpose) <> 1
