"""Who wins among records with one key: the smallest (landed_date, source_file, source_line).

A loser that says the same is a duplicate, one that says something else a conflict; neither enters its table.
"""

from __future__ import annotations

from string import Template

# Only rows landed up to the range's last day count: later days are loaded again after it.
FIND_LOSERS = Template("""
CREATE OR REPLACE TEMP TABLE losers AS
WITH candidates AS (
    SELECT file_number, record_key, payload_hash, landed_date, source_file, source_line
    FROM typed
    WHERE problem IS NULL AND record_key IS NOT NULL
),
earlier AS (
    SELECT NULL AS file_number, record_key, payload_hash, landed_date, source_file, source_line
    FROM $table
    WHERE landed_date <= $$last AND record_key IN (SELECT record_key FROM candidates)
),
contenders AS (
    FROM earlier UNION ALL FROM candidates
),
repeated AS (
    SELECT record_key FROM contenders GROUP BY record_key HAVING count(*) > 1
),
ranked AS (
    SELECT
        *,
        first_value(landed_date) OVER by_place AS winner_landed_date,
        first_value(source_file) OVER by_place AS winner_source_file,
        first_value(source_line) OVER by_place AS winner_source_line,
        first_value(payload_hash) OVER by_place AS winner_payload_hash,
        row_number() OVER by_place AS place
    FROM contenders SEMI JOIN repeated USING (record_key)
    WINDOW by_place AS (PARTITION BY record_key ORDER BY landed_date, source_file, source_line)
)
SELECT *, payload_hash <> winner_payload_hash AS is_conflict FROM ranked WHERE place > 1
""")
ACCEPT = Template("""
INSERT INTO $table ($columns)
SELECT $columns FROM typed ANTI JOIN losers USING (file_number, source_line)
WHERE problem IS NULL
ORDER BY file_number, source_line
""")
KEEP_CONFLICTS = """
INSERT INTO raw.conflicts
SELECT
    $source, $entity, landed_date, source_file, source_line, record_key, payload_hash,
    winner_landed_date, winner_source_file, winner_source_line, winner_payload_hash
FROM losers
WHERE is_conflict
ORDER BY landed_date, source_file, source_line
"""
COUNT_LOSERS = """
SELECT file_number, count(*) FILTER (NOT is_conflict), count(*) FILTER (is_conflict)
FROM losers
GROUP BY file_number
"""
