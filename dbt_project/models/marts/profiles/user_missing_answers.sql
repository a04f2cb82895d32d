-- One row per person and question that their newest record leaves open or answers with zero.
{{ config(materialized='per_person') }}
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
),

purposes as (
    select attribute, any_value(purpose) as purpose from {{ ref('attribute_ladder') }} group by attribute
)

select
    records.user_key,
    {{ key_as_id('records.user_key') }} as user_id,
    answers.column_name,
    answers.missing_kind,
    answers.observed_at,
    purposes.purpose
from records
inner join {{ ref('int_missing_answers') }} as answers using (source_file, source_line)
inner join purposes on answers.column_name = purposes.attribute
where records.record_age = 1
