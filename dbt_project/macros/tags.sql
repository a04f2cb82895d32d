{#- Numbers that rules may look at besides the columns of user_metrics; each is written here once. -#}
{% macro derived_metrics() -%}
    {{ return({
        'view_count_without_order_90d': 'case when order_count_90d = 0 then view_count_90d else 0 end',
        'cart_count_without_order_7d': 'case when order_count_7d = 0 then cart_count_7d else 0 end',
    }) }}
{%- endmacro %}

{#- The metrics that the home's rules look at, each with its expression over user_metrics. -#}
{% macro tagged_metrics() -%}
    {%- set expressions = {} -%}
    {%- for metric in fromjson(env_var('DMP_TAGGED_METRICS')) -%}
        {%- if metric not in derived_metrics() and metric not in metric_descriptions() -%}
            {{ exceptions.raise_compiler_error("a tag looks at '" ~ metric ~ "', which is no metric of user_metrics") }}
        {%- endif -%}
        {%- do expressions.update({metric: derived_metrics().get(metric, metric)}) -%}
    {%- endfor -%}
    {{ return(expressions) }}
{%- endmacro %}

{#- The rows of one of the tables that the home's packs of tags say; columns: name and type of each. -#}
{% macro rows_of_packs(table, columns) -%}
select unnest(
    from_json(
        '{{ tojson(fromjson(env_var("DMP_TAGS"))[table]) | replace("'", "''") }}',
        '[{{ tojson(columns) }}]'
    ),
    recursive := true
)
{%- endmacro %}

{#- Whether a value meets an operator and a bound. -#}
{% macro meets(value, operator, bound) -%}
    case {{ operator }}
        {%- for sign in ['>=', '>', '<=', '<', '='] %}
        when '{{ sign }}' then {{ value }} {{ sign }} {{ bound }}
        {%- endfor %}
    end
{%- endmacro %}

{#- One row per (as_of_date, user_key, tag_id): the metric of the rule, or the sum of its points. -#}
{% macro tag_values(metrics) -%}
with tall as (
    unpivot (
        select
            as_of_date,
            user_key,
            {%- for name, expression in tagged_metrics().items() %}
            ({{ expression }})::double as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ metrics }}
    )
    on columns(* exclude (as_of_date, user_key)) into name metric value value
)

select tall.as_of_date, tall.user_key, rules.tag_id, tall.value
from tall
inner join {{ ref('tag_rules') }} as rules using (metric)
where rules.rule_kind in ('threshold', 'quantile')
union all
select
    tall.as_of_date,
    tall.user_key,
    points.tag_id,
    sum(case when {{ meets('tall.value', 'points.operator', 'points.threshold') }} then points.points else 0 end)
from tall
inner join {{ ref('tag_points') }} as points using (metric)
group by tall.as_of_date, tall.user_key, points.tag_id
{%- endmacro %}

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

{#- The last Sunday up to which every cut has been folded for good when a run begins with its first landed day. -#}
{% macro last_folded_cut() -%}
    (
        select coalesce(max(as_of_date), date '0001-01-01')
        from {{ ref('int_cuts') }}
        where is_weekly and as_of_date <= (
            select max(landed_date) from {{ ref('int_activity_daily') }}
            where landed_date < date '{{ var("first_landed_date") }}'
        )
    )
{%- endmacro %}

{#- The levels held on a cut by the log of changes; who holds a level holds all weaker ones. -#}
{% macro tag_levels_held(changes, cut) -%}
    select cuts.cut_number, last_changes.user_key, last_changes.tag_id, levels.level_rank, true as is_entering
    from (
        select user_key, tag_id, level_rank
        from {{ changes }}
        qualify row_number() over (partition by user_key, tag_id order by changed_on desc) = 1
    ) as last_changes
    inner join (select distinct tag_id, level_rank from {{ ref('tag_levels') }}) as levels
        on last_changes.tag_id = levels.tag_id and last_changes.level_rank <= levels.level_rank
    inner join cuts on cuts.as_of_date = {{ cut }}
{%- endmacro %}

{#-
What a change was caused by: the person moved if their value would have crossed the bound of the cut before as well;
if not, the bound moved, with the rule or with the other people. Reads cuts, tag_values and bounds.
-#}
{% macro tag_changes_with_numbers(changes) -%}
select
    cut.as_of_date as changed_on,
    changes.user_key,
    {{ key_as_id('changes.user_key') }} as user_id,
    changes.tag_id,
    case
        when changes.level_rank is null then 'left'
        when changes.level_rank_before is null then 'entered'
        when changes.level_rank < changes.level_rank_before then 'rose'
        else 'fell'
    end as change,
    levels_before.level as level_before,
    levels_now.level as level,
    changes.level_rank,
    value_before.value as value_before,
    value_now.value,
    case when change in ('entered', 'rose') then crossed.enter_at_before else crossed.leave_at_before end as bound_before,
    case when change in ('entered', 'rose') then crossed.enter_at else crossed.leave_at end as bound,
    case
        when value_now.value is null then 'value_gone'
        when coalesce({{ meets('value_now.value', 'crossed.operator', 'bound_before') }}, change in ('entered', 'rose'))
            = (change in ('entered', 'rose')) then 'person_moved'
        when crossed.rule_version_before < crossed.rule_version then 'rule_changed'
        else 'quantile_moved'
    end as cause,
    crossed.rule_version,
    rules.purpose
from {{ changes }} as changes
inner join cuts as cut on changes.cut_number = cut.cut_number and cut.is_new
left join cuts as cut_before on cut_before.cut_number = cut.cut_number - 1
inner join {{ ref('tag_rules') }} as rules using (tag_id)
inner join (
    select
        *,
        lag(enter_at) over cuts_in_order as enter_at_before,
        lag(leave_at) over cuts_in_order as leave_at_before,
        lag(rule_version) over cuts_in_order as rule_version_before
    from bounds
    window cuts_in_order as (partition by tag_id, level_rank order by as_of_date)
) as crossed
    on cut.as_of_date = crossed.as_of_date and changes.tag_id = crossed.tag_id
    and least(changes.level_rank, changes.level_rank_before) = crossed.level_rank
left join bounds as levels_now
    on cut.as_of_date = levels_now.as_of_date and changes.tag_id = levels_now.tag_id
    and changes.level_rank = levels_now.level_rank
left join bounds as levels_before
    on cut.as_of_date = levels_before.as_of_date and changes.tag_id = levels_before.tag_id
    and changes.level_rank_before = levels_before.level_rank
left join tag_values as value_now
    on cut.as_of_date = value_now.as_of_date and changes.tag_id = value_now.tag_id
    and changes.user_key = value_now.user_key
left join tag_values as value_before
    on cut_before.as_of_date = value_before.as_of_date and changes.tag_id = value_before.tag_id
    and changes.user_key = value_before.user_key
where changes.level_rank is distinct from changes.level_rank_before
{%- endmacro %}

{#- One row per person and tag whose metric counts something: the days on which it happened, as known now. -#}
{% macro tag_facts() -%}
select
    days.user_key,
    rules.tag_id,
    count(*) as day_count,
    min(days.event_date) as first_event_date,
    max(days.event_date) as last_event_date
from (
    unpivot (
        select
            user_key,
            event_date,
            {%- for measure in activity_measures() %}
            nullif({{ measure }}, 0)::double as {{ measure }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('user_days') }}
        where known_to = {{ open_end() }}
    )
    on columns(* exclude (user_key, event_date)) into name measure value amount
) as days
inner join {{ ref('tag_rules') }} as rules using (measure)
cross join served
where event_date <= served.as_of_date
    and (rules.window_days is null or days.event_date > served.as_of_date - rules.window_days)
group by days.user_key, rules.tag_id
{%- endmacro %}

{#- How far past the bound, from 0.5 there towards 1; 1 where that cannot be said. -#}
{% macro tag_score(value, bound, operator) -%}
    round(
        case
            when {{ operator }} in ('>=', '>') and {{ bound }} > 0
                then 1 - 0.5 * {{ bound }} / greatest({{ value }}, {{ bound }})
            else 1
        end, 4
    )
{%- endmacro %}
