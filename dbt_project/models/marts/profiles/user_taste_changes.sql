-- One row per person, tag of tastes, value and cut on which they took it up or gave it up, with the numbers of both.
{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_unfolded_changes() }}",
) }}
with cuts as (
    select as_of_date, as_of_date > {{ last_folded_cut() }} as is_new,
        row_number() over (order by as_of_date) as cut_number
    from {{ ref('int_cuts') }}
    where as_of_date >= {{ last_folded_cut() }}
),

met as (
    {{ tastes_known_on('cuts') }}
),

judged as materialized (
    select
        cuts.cut_number,
        rules.tag_id,
        rules.purpose,
        levels.rule_version,
        met.user_key,
        met.value,
        met.day_count,
        met.choice_count_of_kind,
        met.surprise,
        coalesce(met.taste_rank <= rules.most and met.day_count >= levels.enter_at, false) as is_held
    from met
    inner join cuts using (as_of_date)
    inner join {{ ref('tag_rules') }} as rules on rules.rule_kind = 'taste' and met.kind = rules.metric
    inner join {{ ref('tag_levels') }} as levels
        on rules.tag_id = levels.tag_id and met.as_of_date between levels.in_force_from and levels.in_force_to
),

previous as (
    select * replace (cut_number + 1 as cut_number) from judged
)

select
    cuts.as_of_date as changed_on,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    tag_id,
    value as tag_value,
    case when judged.is_held then 'entered' else 'left' end as change,
    previous.day_count as day_count_before,
    judged.day_count,
    previous.surprise as surprise_before,
    judged.surprise,
    case
        when judged.day_count is null then 'value_gone'
        when coalesce(judged.choice_count_of_kind <> previous.choice_count_of_kind, true) then 'person_moved'
        when judged.rule_version <> previous.rule_version then 'rule_changed'
        else 'others_moved'
    end as cause,
    coalesce(judged.rule_version, previous.rule_version) as rule_version,
    coalesce(judged.purpose, previous.purpose) as purpose
from judged
full join previous using (cut_number, user_key, tag_id, value)
inner join cuts using (cut_number)
where cuts.is_new and coalesce(judged.is_held, false) <> coalesce(previous.is_held, false)
