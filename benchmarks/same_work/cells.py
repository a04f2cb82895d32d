"""Whether two folders of answers hold the same cells: `python -m benchmarks.same_work.cells FOLDER OTHER`.

A table is compared as a set of rows, each column as the one type that is right for it. Printed as JSON: per table the
rows, two sums over the hashes of rows, and how many rows are in only one of them where these sums differ.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

from benchmarks.same_work.questions import TABLES

TEXTS = ("identifier_type", "identifier", "person_id", "browser_id", "order_id", "channel", "category")


def compared(folder: Path, other: Path) -> dict[str, dict[str, object]]:
    """Return, per table, its rows and the count of those that differ; a table that is missing differs wholly."""
    found: dict[str, dict[str, object]] = {}
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '3GB'")
        for table in TABLES:
            columns = [row[0] for row in connection.execute(f"DESCRIBE {_rows(folder, table)}").fetchall()]
            queries = [_typed(columns, _rows(where, table)) for where in (folder, other)]
            try:
                digests = [
                    connection.execute(
                        f"SELECT count(*), sum(hash(line)::HUGEINT), bit_xor(hash(line)) FROM ({query}) AS line"
                    ).fetchone()
                    for query in queries
                ]
                differing = 0 if digests[0] == digests[1] else _differing(connection, *queries)
            except duckdb.Error as error:
                differing, digests = str(error), [(0,)]
            found[table] = {"rows": digests[0][0], "differing": differing}
    return found


def _differing(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> int:
    counted = "SELECT count(*) FROM ({} EXCEPT ALL {})"
    return sum(
        connection.execute(counted.format(*pair)).fetchall()[0][0] for pair in ((one, other), (other, one))
    )


def _rows(folder: Path, table: str) -> str:
    place = folder / f"{table}.parquet"
    return f"FROM '{place}/*.parquet'" if place.is_dir() else f"FROM '{place}'"


def _typed(columns: list[str], rows: str) -> str:
    kinds = {"event_date": "DATE", **dict.fromkeys(TEXTS, "VARCHAR")}
    typed = ", ".join(
        f'"{name}"::{kinds.get(name, "TIMESTAMP" if name.endswith("_at") else "BIGINT")} AS "{name}"'
        for name in columns
    )
    return f"SELECT {typed} {rows}"


if __name__ == "__main__":
    print(json.dumps(compared(Path(sys.argv[1]), Path(sys.argv[2]))))
