-- Of those who bought first in a month, how many bought again within 90 days? 各月首购用户中，90 天内复购的比例是多少？
WITH purchase_days AS (
    SELECT user_id, event_date
    FROM user_days
    WHERE order_count > 0 AND known_to = DATE '9999-12-31'
),

first_orders AS (
    SELECT user_id, min(event_date) AS first_order_date FROM purchase_days GROUP BY user_id
),

-- Whoever bought first less than 90 days ago has not had the time yet.
observed AS (
    SELECT * FROM first_orders
    WHERE first_order_date <= (SELECT max(event_date) FROM user_days) - 90
)

SELECT
    date_trunc('month', first_order_date)::DATE AS month_of_first_order,
    count(DISTINCT observed.user_id) AS person_count,
    count(DISTINCT purchase_days.user_id) AS repeat_buyer_count,
    round(repeat_buyer_count / person_count, 3) AS repeat_share
FROM observed
LEFT JOIN purchase_days
    ON observed.user_id = purchase_days.user_id
    AND purchase_days.event_date > first_order_date
    AND purchase_days.event_date <= first_order_date + 90
GROUP BY ALL
ORDER BY month_of_first_order
