-- One row per person, tag and cut on which their level of the tag changed, with the numbers before and then.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_unfolded_changes() }}",
) }}
with cuts as (
    select as_of_date, as_of_date > {{ last_folded_cut() }} as is_new,
        row_number() over (order by as_of_date) as cut_number
    from {{ ref('int_cuts') }}
),

metrics as (
    select * from {{ ref('user_metrics_history') }} where as_of_date >= {{ last_folded_cut() }}
    union all by name
    select * from {{ ref('user_metrics') }} anti join {{ ref('user_metrics_history') }} using (as_of_date)
),

tag_values as materialized (
    {{ tag_values('metrics') }}
),

bounds as materialized (
    {{ tag_bounds('tag_values') }}
),

-- Whoever does not meet the bound at which a level ends does not hold it: those rows alone are looked at.
met as (
    select
        cuts.cut_number,
        tag_values.user_key,
        tag_values.tag_id,
        bounds.level_rank,
        {{ meets('tag_values.value', 'bounds.operator', 'bounds.enter_at') }} as is_entering
    from tag_values
    inner join cuts using (as_of_date)
    inner join bounds using (as_of_date, tag_id)
    where cuts.is_new and {{ meets('tag_values.value', 'bounds.operator', 'bounds.leave_at') }}
    {%- if is_incremental() %}
    union all
    {{ tag_levels_held(this, last_folded_cut()) }}
    {%- endif %}
),

runs as (
    select
        *,
        cut_number - row_number() over (partition by user_key, tag_id, level_rank order by cut_number) as run_number
    from met
),

-- Once entered, a level is held for as many cuts in a row as its end is not reached.
held as (
    select user_key, tag_id, cut_number, level_rank
    from runs
    qualify bool_or(is_entering) over (partition by user_key, tag_id, level_rank, run_number order by cut_number)
),

strongest as (
    select
        user_key,
        tag_id,
        cut_number,
        min(level_rank) as level_rank,
        lag(struct_pack(cut_number, level_rank := min(level_rank))) over levels as before,
        lead(cut_number) over levels as next_cut_number
    from held
    group by user_key, tag_id, cut_number
    window levels as (partition by user_key, tag_id order by cut_number)
),

changes as (
    select *, case when before.cut_number = cut_number - 1 then before.level_rank end as level_rank_before
    from strongest
    union all by name
    select user_key, tag_id, cut_number + 1 as cut_number, level_rank as level_rank_before, null as level_rank
    from strongest
    where next_cut_number is distinct from cut_number + 1
)

{{ tag_changes_with_numbers('changes') }}
