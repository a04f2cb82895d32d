-- Which items are recommended most, and through which channels? 哪些商品被推荐最多，来自哪些召回渠道？
SELECT
    recommendations.item_id,
    any_value(recommendations.item_name) AS item_name,
    count(*) AS list_count,
    round(avg(recommendation_rank), 1) AS mean_rank,
    list_sort(list_distinct(flatten(list(channels)))) AS channels,
    mode(reason) AS most_frequent_reason,
    any_value(item_profiles.stock_quantity) AS stock_quantity
FROM recommendations
LEFT JOIN item_profiles USING (item_id)
GROUP BY recommendations.item_id
ORDER BY list_count DESC, recommendations.item_id
LIMIT 30
