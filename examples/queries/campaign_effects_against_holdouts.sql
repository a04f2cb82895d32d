-- Which campaigns brought buyers that would not have bought anyway? 哪些营销活动真正带来了增量购买者？
SELECT
    campaign_id,
    exposed_count,
    holdout_count,
    round(exposed_buyer_rate, 4) AS exposed_buyer_rate,
    round(holdout_buyer_rate, 4) AS holdout_buyer_rate,
    round(rate_difference, 4) AS rate_difference,
    round(rate_difference - rate_difference_margin, 4) AS lowest_likely_difference,
    round(rate_difference + rate_difference_margin, 4) AS highest_likely_difference,
    round(rate_difference * exposed_count) AS additional_buyers
FROM campaign_effects
ORDER BY lowest_likely_difference DESC NULLS LAST, campaign_id
