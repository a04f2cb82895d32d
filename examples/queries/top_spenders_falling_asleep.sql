-- Which big spenders are falling asleep? 哪些高消费客户正在沉睡？
SELECT
    user_id,
    purchase_amount_life,
    order_count_life,
    purchase_recency_days,
    round(purchase_gap_mean_days, 1) AS usual_gap_days,
    round(purchase_overdue_ratio, 1) AS times_overdue,
    main_category
FROM user_profiles
WHERE rfm_monetary = 5 AND purchase_recency_days BETWEEN 60 AND 180
ORDER BY purchase_amount_life DESC, user_id
LIMIT 50
