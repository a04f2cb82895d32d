-- Whose tags changed in the last four weeks, and did they move or did the bound? 最近四周谁的标签变了，是人变了还是门槛变了？
SELECT
    tag_id,
    change,
    cause,
    count(*) AS person_count,
    round(median(value_before), 2) AS median_value_before,
    round(median(value), 2) AS median_value,
    round(median(bound_before), 2) AS median_bound_before,
    round(median(bound), 2) AS median_bound
FROM user_tag_changes
WHERE changed_on > (SELECT max(changed_on) FROM user_tag_changes) - 28
GROUP BY tag_id, change, cause
ORDER BY tag_id, change, person_count DESC, cause
