-- What are new customers interested in, compared with everybody? 新客户的兴趣与全体相比有何不同？
WITH interested AS (
    SELECT user_id, value AS category, coalesce(first_purchase_days < 30, false) AS is_new
    FROM user_interests
    INNER JOIN user_profiles USING (user_id)
    WHERE kind = 'category' AND interest_rank <= 3
),

shares AS (
    SELECT
        category,
        count(*) FILTER (is_new) / nullif(sum(count(*) FILTER (is_new)) OVER (), 0) AS share_of_new,
        count(*) / sum(count(*)) OVER () AS share_of_all
    FROM interested
    GROUP BY category
)

SELECT
    category,
    round(share_of_new, 3) AS share_of_new,
    round(share_of_all, 3) AS share_of_all,
    round(share_of_new / share_of_all, 2) AS lift
FROM shares
ORDER BY lift DESC NULLS LAST, category
