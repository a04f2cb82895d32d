-- Who usually buys about now, and is late? 谁按习惯该下单了却还没来？
SELECT
    user_id,
    round(purchase_gap_mean_days) AS usual_gap_days,
    purchase_recency_days,
    round(purchase_overdue_ratio, 1) AS times_usual_gap,
    average_order_amount_life,
    main_category
FROM user_profiles
WHERE purchase_day_count_life >= 4 AND purchase_overdue_ratio BETWEEN 1.5 AND 3
ORDER BY average_order_amount_life DESC, user_id
LIMIT 50
