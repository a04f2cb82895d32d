-- One row per cell that a rule flagged or changed, and rule: what was there, what stands there now, and why.
with rules as (
    select * from {{ ref('cleaning_rules') }} where is_on
),

fitted as (
    select
        rule_id,
        fitted_on,
        max(value) filter (parameter = 'lower_bound') as lower_bound,
        max(value) filter (parameter = 'upper_bound') as upper_bound,
        max(value) filter (parameter = 'fill_value') as fill_value,
        lead(fitted_on, 1, {{ open_end() }}) over (partition by rule_id order by fitted_on) as fitted_until
    from {{ source('intermediate', 'cleaning_parameters') }}
    group by rule_id, fitted_on
),

-- Bounds come from the catalogue or from the newest cut; the first of equal rows is none too many.
judged as (
    select
        cells.*,
        rules.* exclude (table_name, column_name, source, event_type, lower_bound, upper_bound),
        fitted.fitted_on,
        fitted.fill_value,
        coalesce(fitted.lower_bound, rules.lower_bound) as lower_bound,
        case
            when rules.method in ('duplicate_key', 'duplicate_content') then 1
            else coalesce(fitted.upper_bound, rules.upper_bound)
        end as upper_bound
    from {{ ref('int_cells_examined') }} as cells
    inner join rules
        on cells.table_name = rules.table_name
        and cells.column_name = rules.column_name
        and cells.source = coalesce(rules.source, cells.source)
        and cells.event_type is not distinct from coalesce(rules.event_type, cells.event_type)
    left join fitted
        on rules.rule_id = fitted.rule_id
        and cells.landed_date >= fitted.fitted_on
        and cells.landed_date < fitted.fitted_until
    where {{ in_landed_range('cells.landed_date') }}
),

found as (
    select
        *,
        case action
            when 'clip' then least(greatest(value, lower_bound), upper_bound) when 'flag' then value
        end::decimal(38, 4) as new_value
    from judged
    where action <> 'fill' and (value < lower_bound or value > upper_bound)
),

-- A cell that a rule changed is not looked at by the later ones.
checked as (
    select * from found
    window cell as (partition by table_name, row_id, column_name)
    qualify rule_order <= coalesce(min(rule_order) filter (action <> 'flag') over cell, rule_order)
),

-- What is missing, or was found to be no value, is filled by the first rule that has learned with what.
filled as (
    select judged.* replace (null::decimal(38, 4) as value), round(judged.fill_value, judged.decimals) as new_value
    from judged
    left join checked as blanked
        on judged.table_name = blanked.table_name
        and judged.row_id = blanked.row_id
        and judged.column_name = blanked.column_name
        and blanked.action = 'blank'
    where
        judged.action = 'fill'
        and judged.fill_value is not null
        and (judged.value is null or blanked.row_id is not null)
    qualify row_number() over (
        partition by judged.table_name, judged.row_id, judged.column_name order by judged.rule_order
    ) = 1
),

changes as (
    select * from checked
    union all by name
    select * from filled
)

select
    table_name,
    row_id,
    column_name,
    source,
    rule_id,
    rule_version,
    rule_order,
    method,
    action,
    cause_code,
    value as old_value,
    new_value::decimal(38, 4) as new_value,
    coalesce(new_value <> value, true) as is_changed,
    fitted_on,
    landed_date
from changes
