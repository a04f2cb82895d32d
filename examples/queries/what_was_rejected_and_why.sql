-- Which records were turned away, where do they lie, and what would mend them? 哪些记录被拒收，在哪个文件，原因是什么？
SELECT
    source,
    entity,
    reason_code,
    field,
    count(*) AS record_count,
    min(source_file || ':' || source_line) AS first_place,
    any_value(reason) AS example
FROM rejects
GROUP BY source, entity, reason_code, field
ORDER BY record_count DESC, source, entity, reason_code, field
