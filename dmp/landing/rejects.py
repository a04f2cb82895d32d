"""Where rejected records go: their place and reason to `raw.rejects`, their bytes to the vault.

During a load they gather in the temporary table `new_rejects`.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import Template

import duckdb
import pyarrow as pa

from dmp.landing.blocks import REASONS, Reject
from dmp.landing.contract import Entity

BEGIN = """
CREATE OR REPLACE TEMP TABLE new_rejects (
    source VARCHAR, entity VARCHAR, landed_date DATE, source_file VARCHAR, source_line BIGINT,
    field VARCHAR, reason_code VARCHAR, content BLOB
)
"""
KEEP_UNREADABLE = """
INSERT INTO new_rejects
SELECT $source, $entity, landed_date, source_file, source_line, NULL, reason_code, content
FROM unreadable JOIN entity_files USING (file_number)
"""
KEEP_REJECTED = """
INSERT INTO new_rejects
SELECT
    $source, $entity, landed_date, source_file, source_line,
    nullif(split_part(problem, ':', 1), ''), split_part(problem, ':', 2), content
FROM typed JOIN rejected_contents USING (file_number, source_line)
WHERE problem IS NOT NULL
"""
CONTENTS_OF_LINES = """
CREATE OR REPLACE TEMP VIEW rejected_contents AS
SELECT file_number, source_line, encode(rtrim(record_text, chr(13) || chr(10))) AS content FROM records
"""
# A Parquet record has no bytes of its own: its values as JSON stand for them.
CONTENTS_OF_VALUES = Template("""
CREATE OR REPLACE TEMP VIEW rejected_contents AS
SELECT file_number, source_line, encode(to_json({$values})::VARCHAR) AS content FROM records
""")
FINISH = """
INSERT INTO raw.rejects
SELECT
    source, entity, landed_date, source_file, source_line, field, reason_code, coalesce(reason, reason_code),
    sha256(content)
FROM new_rejects LEFT JOIN reasons USING (reason_code)
ORDER BY landed_date, source_file, source_line
"""


def begin_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Make room for the rejects of a load."""
    connection.execute(BEGIN)


def keep_unreadable(
    connection: duckdb.DuckDBPyConnection, rejects: Iterable[tuple[int, Reject]], place: dict[str, str]
) -> None:
    """Add the lines that a reader set aside: (file number, reject)."""
    rows = [(number, reject.source_line, reject.reason_code, reject.content) for number, reject in rejects]
    if not rows:
        return
    names = ("file_number", "source_line", "reason_code", "content")
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    connection.register("unreadable", table)
    connection.execute(KEEP_UNREADABLE, place)
    connection.unregister("unreadable")


def keep_rejected(connection: duckdb.DuckDBPyConnection, entity: Entity, place: dict[str, str]) -> None:
    """Add the records of `typed` that have a problem."""
    values = ", ".join(f"""'{name}': "{name}\"""" for name in entity.paths)
    of_values = CONTENTS_OF_VALUES.substitute(values=values)
    connection.execute(of_values if entity.format == "parquet" else CONTENTS_OF_LINES)
    connection.execute(KEEP_REJECTED, place)


def finish_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Write `raw.rejects` from what was gathered."""
    reasons = pa.table({"reason_code": list(REASONS), "reason": list(REASONS.values())})
    connection.register("reasons", reasons)
    connection.execute(FINISH)
    connection.unregister("reasons")
