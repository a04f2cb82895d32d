-- Which identifiers join nobody because too many use them? 哪些标识因被过多人使用而不参与合并？
SELECT rule, identifier_type, count(*) AS identifier_count, max(value) AS highest_value, min(since) AS first_seen
FROM quarantined_identifiers
GROUP BY rule, identifier_type
ORDER BY identifier_count DESC, rule, identifier_type
