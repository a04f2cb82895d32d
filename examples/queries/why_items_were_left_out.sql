-- Why were items left out of lists, and which ones most often? 商品为什么没有进入推荐列表，哪些最常被过滤？
WITH counted AS (
    SELECT stage, rule, item_id, count(*) AS person_count
    FROM recommendation_fates
    GROUP BY stage, rule, item_id
)

SELECT
    stage,
    rule,
    sum(person_count)::BIGINT AS candidate_count,
    count(*) AS item_count,
    list(item_id ORDER BY person_count DESC, item_id)[1:3] AS most_often
FROM counted
GROUP BY stage, rule
ORDER BY candidate_count DESC, stage, rule
