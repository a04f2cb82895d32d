-- Which valuable customers will most likely leave, and how much revenue stands behind them? 哪些高价值客户最可能流失，涉及多少收入？
SELECT
    user_id,
    score AS churn_90d_score,
    score_band,
    purchase_amount_90d,
    round(score * purchase_amount_90d::DOUBLE, 2) AS amount_at_risk,
    purchase_recency_days,
    lifecycle_stage
FROM user_predictions
INNER JOIN user_profiles USING (user_id)
WHERE target = 'churn_90d' AND score IS NOT NULL
ORDER BY amount_at_risk DESC, user_id
LIMIT 50
