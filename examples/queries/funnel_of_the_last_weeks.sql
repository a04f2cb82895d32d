-- Where do people drop out between visit and order, week by week? 每周从访问到下单，用户在哪一步流失？
SELECT
    date_trunc('week', event_date)::DATE AS week,
    sum(visitor_count) AS visitors,
    round(sum(viewer_count) / nullif(sum(visitor_count), 0), 3) AS viewers_per_visitor,
    round(sum(cart_user_count) / nullif(sum(viewer_count), 0), 3) AS carts_per_viewer,
    round(sum(buyer_count) / nullif(sum(cart_user_count), 0), 3) AS buyers_per_cart
FROM funnels
GROUP BY week
ORDER BY week DESC
LIMIT 12
