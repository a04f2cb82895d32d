-- One row per campaign: buyers within 14 days among those shown it and those held out at random,
-- with a 95 % interval of the difference.
with cut as (
    select as_of_date from {{ ref('int_cuts') }} where is_served
),

-- Only assignments whose 14 days are over; a person counts once per campaign, at their first assignment.
assigned as (
    select
        campaign_id,
        map.user_key,
        arg_min(is_holdout, (exposed_at, exposure_id)) as is_holdout,
        min((exposed_at at time zone '{{ var("home_time_zone") }}')::date) as exposed_date
    from {{ ref('int_exposures') }} as exposures
    inner join {{ ref('identity_map') }} as map on exposures.identifier_key = map.identifier_key
    group by campaign_id, map.user_key
),

bought as (
    select
        assigned.campaign_id,
        assigned.is_holdout,
        bool_or(coalesce(activity.order_count > 0, false)) as has_bought
    from assigned
    cross join cut
    left join {{ ref('user_activity') }} as activity
        on
            assigned.user_key = activity.user_key and activity.known_to = {{ open_end() }}
            and activity.event_date between assigned.exposed_date and assigned.exposed_date + 14
    where assigned.exposed_date + 14 <= cut.as_of_date
    group by assigned.campaign_id, assigned.user_key, assigned.is_holdout
),

counted as (
    select
        campaign_id,
        count(*) filter (not is_holdout) as exposed_count,
        count(*) filter (is_holdout) as holdout_count,
        count(*) filter (not is_holdout and has_bought) as exposed_buyer_count,
        count(*) filter (is_holdout and has_bought) as holdout_buyer_count
    from bought
    group by campaign_id
),

rated as (
    select
        *,
        exposed_buyer_count / nullif(exposed_count, 0) as exposed_buyer_rate,
        holdout_buyer_count / nullif(holdout_count, 0) as holdout_buyer_rate
    from counted
)

select
    *,
    exposed_buyer_rate - holdout_buyer_rate as rate_difference,
    1.96 * sqrt(
        exposed_buyer_rate * (1 - exposed_buyer_rate) / nullif(exposed_count, 0)
        + holdout_buyer_rate * (1 - holdout_buyer_rate) / nullif(holdout_count, 0)
    ) as rate_difference_margin
from rated
