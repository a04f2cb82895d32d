-- One row per customer record and question without an answer, or with the answer zero: which kind of nothing it is.
{%- set questions = [
    'gender', 'birth_year', 'region', 'city', 'occupation', 'education', 'marital_status', 'income_band',
    'children_count',
] %}
{%- for question in questions %}
select
    login_key,
    '{{ question }}' as column_name,
    {{ missing_kind(question) }} as missing_kind,
    updated_at as observed_at,
    landed_date,
    source_file,
    source_line
from {{ source('raw', 'shop__customers') }}
where {{ missing_kind(question) }} is not null
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
