-- One row per person: what they met, clicked and told others in each window up to the last landed day.
{{ config(
    materialized='per_person',
    pre_hook="{{ declare_columns(windowed_columns(engagement_measures(), windows())) }}",
) }}
with cut as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

days as (
    select cut.as_of_date, known.*
    from cut
    inner join {{ ref('user_days') }} as known
        on cut.as_of_date >= known.event_date
        and cut.as_of_date >= known.known_from
        and cut.as_of_date < known.known_to
),

summed as (
    select
        {%- for measure in engagement_measures() %}
        {%- for suffix, days in windows().items() %}
        coalesce(sum({{ measure }}) filter ({{ in_window(days) }}), 0)::bigint as {{ measure }}_{{ suffix }},
        {%- endfor %}
        {%- endfor %}
        as_of_date,
        user_key
    from days
    group by as_of_date, user_key
)

select
    as_of_date,
    user_key,
    {{ key_as_id('user_key') }} as user_id,
    * exclude (as_of_date, user_key),
    {%- for suffix in ['30d', '90d', 'life'] %}
    click_count_{{ suffix }} / nullif(impression_count_{{ suffix }}, 0)
        as click_rate_{{ suffix }}{{ ',' if not loop.last }}
    {%- endfor %}
from summed
