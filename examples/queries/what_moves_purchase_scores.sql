-- What moves the purchase scores of the people most likely to buy? 最可能购买的人，是什么推动了他们的评分？
WITH most_likely AS (
    SELECT user_id FROM user_predictions WHERE target = 'purchase_30d' ORDER BY score DESC NULLS LAST, user_id LIMIT 500
)

SELECT
    feature,
    count(*) AS person_count,
    round(avg(contribution), 3) AS mean_log_odds,
    round(median(feature_value), 2) AS median_value
FROM prediction_parts
SEMI JOIN most_likely USING (user_id)
WHERE target = 'purchase_30d' AND NOT starts_with(feature, '(')
GROUP BY feature
ORDER BY sum(abs(contribution)) DESC, feature
LIMIT 20
