-- How large is each segment, and what share of all money does it bring in? 每个人群有多大，带来多少收入？
WITH everybody AS (
    SELECT sum(purchase_amount_90d) AS amount_90d FROM user_profiles
)

SELECT
    kind,
    segment_id,
    segment_name,
    count(*) AS person_count,
    sum(purchase_amount_90d) AS amount_90d,
    sum(purchase_amount_life) AS amount_life,
    round((sum(purchase_amount_90d) / nullif(any_value(everybody.amount_90d), 0))::DOUBLE, 4) AS share_of_amount_90d
FROM user_segments
INNER JOIN user_profiles USING (user_id)
CROSS JOIN everybody
GROUP BY kind, segment_id, segment_name
ORDER BY kind, segment_id
