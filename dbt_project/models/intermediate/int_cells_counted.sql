-- One row per rule on facts that is on, source and landed_date: how many cells it looked at, flagged and changed.
with rules as (
    select * from {{ ref('cleaning_rules') }} where is_on
),

examined as (
    select rules.rule_id, cells.source, cells.landed_date, count(*) as examined_count
    from {{ ref('int_cells_examined') }} as cells
    inner join rules
        on cells.table_name = rules.table_name
        and cells.column_name = rules.column_name
        and cells.source = coalesce(rules.source, cells.source)
        and cells.event_type is not distinct from coalesce(rules.event_type, cells.event_type)
    where {{ in_landed_range('cells.landed_date') }}
    group by rules.rule_id, cells.source, cells.landed_date
),

hit as (
    select
        rule_id,
        source,
        landed_date,
        count(*) filter (not is_changed) as flagged_count,
        count(*) filter (is_changed) as changed_count
    from {{ ref('cleaning_changes') }}
    where {{ in_landed_range() }}
    group by rule_id, source, landed_date
)

select
    examined.rule_id,
    examined.source,
    examined.examined_count,
    coalesce(hit.flagged_count, 0) as flagged_count,
    coalesce(hit.changed_count, 0) as changed_count,
    examined.landed_date
from examined
left join hit using (rule_id, source, landed_date)
