-- Which items are looked at much and bought little, against their own category? 哪些商品浏览多、购买少（与同品类相比）？
WITH rates AS (
    SELECT
        item_id,
        item_name,
        category,
        price_amount,
        view_count_90d,
        purchase_count_90d,
        purchase_count_90d / nullif(view_count_90d, 0) AS purchases_per_view,
        sum(purchase_count_90d) OVER (PARTITION BY category) / nullif(sum(view_count_90d) OVER (PARTITION BY category), 0)
            AS category_purchases_per_view
    FROM item_profiles
)

SELECT
    item_id,
    item_name,
    category,
    price_amount,
    view_count_90d,
    purchase_count_90d,
    round(purchases_per_view, 4) AS purchases_per_view,
    round(category_purchases_per_view, 4) AS category_purchases_per_view
FROM rates
WHERE view_count_90d >= 20 AND purchases_per_view < category_purchases_per_view / 2
ORDER BY view_count_90d DESC, item_id
LIMIT 30
