-- One row per customer and landed day on which they bought: the country of their last invoice line.
select
    login_key,
    'transaction' as source_kind,
    arg_max(country, source_line) as region,
    max(event_at) as observed_at,
    landed_date,
    any_value(source_file) as source_file,
    max(source_line) as source_line
from {{ ref('stg_online_retail__lines') }}
where login_key is not null
group by login_key, landed_date
