-- Which questions stay open, and did people refuse or were they never asked? 哪些信息缺失：是拒答、未采集还是真为零？
SELECT column_name, missing_kind, count(*) AS person_count
FROM user_missing_answers
GROUP BY column_name, missing_kind
ORDER BY person_count DESC, column_name, missing_kind
