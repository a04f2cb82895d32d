-- Which good customers return much of what they buy? 哪些优质客户退货很多？
SELECT
    user_id,
    purchase_amount_90d,
    refund_amount_90d,
    round((refund_amount_90d / purchase_amount_90d)::DOUBLE, 2) AS refund_share,
    order_count_90d,
    refund_count_90d,
    main_category
FROM user_profiles
WHERE rfm_monetary >= 4 AND refund_amount_90d > 0 AND purchase_amount_90d > 0
ORDER BY refund_share DESC, user_id
LIMIT 50
