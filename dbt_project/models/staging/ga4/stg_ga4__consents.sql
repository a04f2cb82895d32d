-- One row per event and purpose where consent mode says another thing than before on that landed day.
with said as (
    unpivot (
        select
            anonymous_key,
            login_key,
            event_timestamp as consented_at,
            landed_date,
            source_file,
            source_line,
            lower(analytics_storage) = 'yes' as analytics,
            lower(ads_storage) = 'yes' as advertising
        from {{ source('raw', 'ga4__events') }}
        where coalesce(login_key, anonymous_key) is not null
    )
    on analytics, advertising into name purpose value is_granted
)

select *
from said
qualify
    is_granted is distinct from lag(is_granted) over (
        partition by coalesce(login_key, anonymous_key), purpose, landed_date
        order by consented_at, source_file, source_line
    )
