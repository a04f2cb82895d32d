{#-
One row per (as_of_date, tag_id, level_rank): where the level begins and ends on that cut, by the version of the rule in
force then. A share of a quantile rule becomes the smallest value above zero that at least this share of the people
with a value above zero do not exceed (type 1 of Hyndman and Fan 1996).
-#}
{% macro tag_bounds(values) -%}
with counted as (
    select as_of_date, tag_id, value, count(*) as person_count
    from {{ values }}
    inner join {{ ref('tag_rules') }} as rules using (tag_id)
    where rules.rule_kind = 'quantile' and value > 0
    group by as_of_date, tag_id, value
),

ranked as (
    select
        as_of_date,
        tag_id,
        value,
        sum(person_count) over (partition by as_of_date, tag_id order by value)
        / sum(person_count) over (partition by as_of_date, tag_id) as share
    from counted
),

in_force as (
    select cuts.as_of_date, rules.rule_kind, rules.operator, levels.*
    from (select distinct as_of_date from {{ values }}) as cuts
    inner join {{ ref('tag_levels') }} as levels
        on cuts.as_of_date between levels.in_force_from and levels.in_force_to
    inner join {{ ref('tag_rules') }} as rules using (tag_id)
)

select
    in_force.as_of_date,
    in_force.tag_id,
    in_force.rule_version,
    in_force.level_rank,
    in_force.level,
    in_force.operator,
    case when in_force.rule_kind = 'quantile' then min(ranked.value) filter (ranked.share >= in_force.enter_at)
        else in_force.enter_at end as enter_at,
    case when in_force.rule_kind = 'quantile' then min(ranked.value) filter (ranked.share >= in_force.leave_at)
        else in_force.leave_at end as leave_at
from in_force
left join ranked on in_force.as_of_date = ranked.as_of_date and in_force.tag_id = ranked.tag_id
group by
    in_force.as_of_date,
    in_force.tag_id,
    in_force.rule_version,
    in_force.level_rank,
    in_force.level,
    in_force.operator,
    in_force.rule_kind,
    in_force.enter_at,
    in_force.leave_at
{%- endmacro %}
