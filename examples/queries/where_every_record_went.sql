-- Where did every landed record go, and why were some rejected? 每条落地记录去了哪里，被拒绝的原因是什么？
WITH reasons AS (
    SELECT source, entity, list(reason_code || ': ' || record_count ORDER BY record_count DESC, reason_code) AS reject_reasons
    FROM (SELECT source, entity, reason_code, count(*) AS record_count FROM rejects GROUP BY ALL)
    GROUP BY source, entity
),

files AS (
    SELECT
        source,
        entity,
        count(*) AS file_count,
        count(*) FILTER (is_refused) AS refused_file_count,
        sum(record_count)::BIGINT AS record_count,
        sum(accepted_count)::BIGINT AS accepted_count,
        sum(duplicate_count)::BIGINT AS duplicate_count,
        sum(conflict_count)::BIGINT AS conflict_count,
        sum(rejected_count)::BIGINT AS rejected_count,
        sum(suppressed_count)::BIGINT AS suppressed_count
    FROM landed_files
    GROUP BY source, entity
)

SELECT files.*, reasons.reject_reasons
FROM files
LEFT JOIN reasons USING (source, entity)
ORDER BY source, entity
