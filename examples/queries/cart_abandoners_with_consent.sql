-- Who left what in the cart within the last 7 days, and may be addressed with advertising? 最近 7 天谁弃购了什么，且同意接收广告？
SELECT
    carts.user_id,
    coalesce(item_name, carts.item_id) AS item,
    price_amount,
    since_at,
    cart_count,
    score AS purchase_30d_score
FROM user_carts AS carts
JOIN user_profiles AS people USING (user_id)
LEFT JOIN item_profiles AS items USING (item_id)
LEFT JOIN (SELECT user_id, score FROM user_predictions WHERE target = 'purchase_30d') USING (user_id)
WHERE cart_state = 'abandoned' AND since_at >= carts.as_of_date - 7 AND is_consented_advertising
ORDER BY purchase_30d_score DESC NULLS LAST, since_at DESC, item, carts.user_id
