-- Which channels bring orders, not only visits? 哪些渠道带来的是订单，而不只是访问？
SELECT
    value AS channel,
    sum(visitor_count) AS visits,
    sum(order_count) AS orders,
    round(orders / nullif(visits, 0), 4) AS orders_per_visit
FROM traffic
WHERE dimension = 'channel' AND event_date > (SELECT max(event_date) FROM traffic) - 30
GROUP BY channel
ORDER BY orders DESC, channel
