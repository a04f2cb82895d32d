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

{#- A hook before a log of changes goes on: those of cuts that are not folded for good are forgotten. -#}
{% macro delete_unfolded_changes() -%}
    {% if is_incremental() -%} delete from {{ this }} where changed_on > {{ last_folded_cut() }} {%- endif %}
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

{#- What the home's rules count, among what is counted of a day; looking at more would take four times as long. -#}
{% macro measures_of_tags() -%}
    {%- set asked = fromjson(env_var('DMP_TAGS'))['tag_rules'] | map(attribute='measure') | list -%}
    {{ return(activity_measures() | select('in', asked) | list or ['event_count']) }}
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
            {%- for measure in measures_of_tags() %}
            nullif({{ measure }}, 0)::double as {{ measure }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref('user_days') }}
        where known_to = {{ open_end() }}
    )
    on {{ measures_of_tags() | join(', ') }} into name measure value amount
) as days
inner join {{ ref('tag_rules') }} as rules using (measure)
cross join served
where event_date <= served.as_of_date
    and (rules.window_days is null or days.event_date > served.as_of_date - rules.window_days)
group by days.user_key, rules.tag_id
{%- endmacro %}
