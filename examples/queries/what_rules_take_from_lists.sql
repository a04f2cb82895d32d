-- Which rules keep what out of lists, and what would that be worth? 各规则从列表中拿走了什么，价值多少？
SELECT
    rule,
    removed_count,
    person_count,
    would_list_count,
    round(would_list_value_sum, 2) AS would_list_value,
    bounds
FROM recommendation_rules
WHERE removed_count > 0
ORDER BY would_list_value DESC, removed_count DESC, rule
