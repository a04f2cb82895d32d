-- How much of a week's business did we learn only after that week had ended? 某周的业绩，有多少是在该周结束之后才得知的？
WITH days AS (
    SELECT
        date_trunc('week', event_date)::DATE AS week,
        known_from,
        known_to,
        purchase_amount
    FROM user_days
)

SELECT
    week,
    sum(purchase_amount) FILTER (known_from <= week + 6 AND known_to > week + 6) AS amount_known_then,
    sum(purchase_amount) FILTER (known_to = DATE '9999-12-31') AS amount_known_now,
    coalesce(amount_known_now, 0) - coalesce(amount_known_then, 0) AS amount_known_later
FROM days
GROUP BY week
ORDER BY week DESC
LIMIT 12
