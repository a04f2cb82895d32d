-- One row per rule on facts and source that it looked at; a rule that looked at nothing has one row without source.
select
    rules.rule_id,
    rules.rule_version,
    rules.table_name,
    rules.column_name,
    rules.event_type,
    rules.method,
    rules.action,
    rules.cause_code,
    rules.is_on,
    counted.source,
    coalesce(sum(counted.examined_count), 0)::bigint as examined_count,
    coalesce(sum(counted.flagged_count), 0)::bigint as flagged_count,
    coalesce(sum(counted.changed_count), 0)::bigint as changed_count
from {{ ref('cleaning_rules') }} as rules
left join {{ ref('int_cells_counted') }} as counted using (rule_id)
where rules.table_name <> 'user_features'
group by all
