-- One row per person and question that their newest record leaves open or answers with zero.
with records as (
    select
        map.user_key,
        customers.source_file,
        customers.source_line,
        row_number() over (
            partition by map.user_key
            order by
                customers.observed_at desc,
                customers.landed_date desc,
                customers.source_file desc,
                customers.source_line desc
        ) as record_age
    from {{ ref('int_customers') }} as customers
    inner join {{ ref('identity_map') }} as map on customers.login_key = map.identifier_key
)

select
    records.user_key,
    {{ key_as_id('records.user_key') }} as user_id,
    answers.column_name,
    answers.missing_kind,
    answers.observed_at,
    case when answers.column_name in ('income_band', 'children_count') then 'sensitive' else 'analytics' end as purpose
from records
inner join {{ ref('int_missing_answers') }} as answers using (source_file, source_line)
where records.record_age = 1
