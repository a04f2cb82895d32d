-- How many customers are in each cell of recency and frequency, and what do they spend? RFM 矩阵：各格有多少客户，消费多少？
SELECT
    rfm_recency,
    rfm_frequency,
    count(*) AS person_count,
    round(avg(rfm_monetary), 2) AS mean_monetary,
    sum(purchase_amount_90d) AS amount_90d
FROM user_profiles
WHERE rfm_recency IS NOT NULL
GROUP BY rfm_recency, rfm_frequency
ORDER BY rfm_recency DESC, rfm_frequency DESC
