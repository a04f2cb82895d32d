-- Who left a cart in the last 7 days, and may be addressed with advertising? 最近 7 天谁弃购，且同意接收广告？
SELECT
    user_id,
    cart_count_7d,
    view_count_7d,
    recency_days,
    main_category,
    score AS purchase_30d_score
FROM user_profiles
LEFT JOIN (SELECT user_id, score FROM user_predictions WHERE target = 'purchase_30d') USING (user_id)
WHERE cart_count_7d > 0 AND order_count_7d = 0 AND is_consented_advertising
ORDER BY purchase_30d_score DESC NULLS LAST, cart_count_7d DESC, user_id
