-- Who is our best customer of the last 90 days, and what do we know of them? 近 90 天最好的客户是谁，我们了解他什么？
WITH person AS (
    SELECT * FROM user_profiles ORDER BY purchase_amount_90d DESC, purchase_amount_life DESC, user_id LIMIT 1
),

facts AS (
    SELECT 1 AS part, 'person' AS kind, user_id AS fact, lifecycle_stage AS detail, NULL AS number FROM person
    UNION ALL
    SELECT 2, 'spent in 90 days', main_category, main_brand, purchase_amount_90d::DOUBLE FROM person
    UNION ALL
    SELECT 3, 'tag', tag_name_en, evidence::VARCHAR, value FROM user_tags SEMI JOIN person USING (user_id)
    UNION ALL
    SELECT 4, 'interest', value, kind, interest_score
    FROM user_interests SEMI JOIN person USING (user_id)
    WHERE interest_rank <= 3
    UNION ALL
    SELECT 5, 'score', target, coalesce('band ' || score_band, reason), score
    FROM user_predictions SEMI JOIN person USING (user_id)
    UNION ALL
    SELECT 6, 'segment', segment_name, reason, NULL FROM user_segments SEMI JOIN person USING (user_id)
    UNION ALL
    SELECT 7, 'recommended', item_name, reason, recommendation_rank
    FROM recommendations SEMI JOIN person USING (user_id)
    WHERE recommendation_rank <= 5
)

SELECT kind, fact, detail, round(number, 4) AS number
FROM facts
ORDER BY part, number DESC, fact
