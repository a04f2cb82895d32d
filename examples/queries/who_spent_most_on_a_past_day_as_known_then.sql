-- Who were our best customers at the end of March, as we knew it then? 三月底时（按当时所知），谁是最好的客户？
SELECT
    user_id,
    past.purchase_amount_90d AS amount_of_90_days_then,
    past.order_count_90d AS orders_of_90_days_then,
    user_profiles.purchase_amount_90d AS amount_of_90_days_now,
    user_profiles.lifecycle_stage AS stage_now
FROM user_metrics_as_of(DATE '2026-03-31', DATE '2026-03-31') AS past
LEFT JOIN user_profiles USING (user_id)
WHERE past.purchase_amount_90d > 0
ORDER BY amount_of_90_days_then DESC, user_id
LIMIT 20
