-- Who left which segment in the last four weeks, and why? 近四周谁离开了哪个人群，原因是什么？
SELECT
    changes.segment_id,
    segments.segment_name,
    changes.user_id,
    changes.changed_on,
    changes.cause,
    changes.reason
FROM user_segment_changes AS changes
INNER JOIN segments USING (segment_id)
WHERE changes.change = 'left' AND changes.changed_on > segments.as_of_date - 28
ORDER BY changes.changed_on DESC, changes.segment_id, changes.user_id
