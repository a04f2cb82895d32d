-- One row per day as of which people are summed up: Sundays, days the settings ask for, the served last landed day.
{{ config(materialized='table') }}
with landed as (
    select min(landed_date) as first_date, max(landed_date) as last_date
    from {{ source('raw', 'landed_files') }}
),

days as (
    select
        unnest(generate_series(first_date, last_date, interval 1 day))::date as as_of_date,
        last_date,
        {{ var('asked_cuts') }}::date[] as asked_dates
    from landed
)

select
    as_of_date,
    isodow(as_of_date) = 7 as is_weekly,
    as_of_date = last_date as is_served,
    list_contains(asked_dates, as_of_date) as is_asked
from days
where isodow(as_of_date) = 7 or as_of_date = last_date or list_contains(asked_dates, as_of_date)
