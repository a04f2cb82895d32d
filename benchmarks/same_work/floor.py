"""What the machine needs to read the log, and to sort it once: `python -m benchmarks.same_work.floor LOG`.

Printed as JSON, CPU seconds, the least of three: `scan` decodes every value of every column and looks at it once (a
bare count would be answered from the file's statistics), `sort` brings all rows into the order of browser and time.
"""

from __future__ import annotations

import json
import sys
import tempfile
from resource import RUSAGE_SELF, getrusage

import duckdb

from benchmarks.same_work.questions import COLUMNS

TIMES = 3


def main() -> None:
    """Print the floor."""
    looked_at = ", ".join(f"bit_xor(hash({name}))" for name in COLUMNS)
    queries = {
        "scan": f"SELECT {looked_at} FROM log",
        "sort": f"SELECT {looked_at} FROM (SELECT * FROM log ORDER BY hash(browser_id), event_at)",
    }
    with (
        tempfile.TemporaryDirectory() as spilled,
        duckdb.connect(config={"memory_limit": "2GB", "temp_directory": spilled}) as connection,
    ):
        connection.read_parquet(sys.argv[1]).create_view("log")
        print(
            json.dumps(
                {
                    name: min(_spent(connection, query) for _ in range(TIMES))
                    for name, query in queries.items()
                }
            )
        )


def _spent(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    before = getrusage(RUSAGE_SELF)
    connection.execute(query).fetchall()
    after = getrusage(RUSAGE_SELF)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
