"""The questions in the platform's SQL: `python -m benchmarks.same_work.on_duckdb LOG FOLDER [--spent]`.

on_duckdb.sql holds the ideas of the dbt models on one table, as statements to read: keys are hashes of texts
(`int_events`), identity joins browsers at read time (`identity_map`), sums by browser and day are added up to profiles
(`int_activity_daily`, `user_metrics`), visits are cut on the browser (`int_sessions`). It is not the models themselves:
they know two clocks, many sources, consent and rules, of which this log has none. --spent tells on stderr the CPU
seconds of each statement. What does not fit into memory spills to the target folder.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import duckdb

from benchmarks.same_work.questions import FIFTHS, LAST_DAY, MEASURES, SCORES, WINDOWS, asked

# Of the engine's buffers; the process takes up to a GiB more.
MEMORY_LIMIT = "3GB"
IN_WINDOWS = ",\n".join(
    (
        *(
            f"sum(case when age < {days} then {name} else 0 end)::bigint as {name}_{days}d"
            for days in WINDOWS
            for name in MEASURES
        ),
        *(f"sum({name})::bigint as {name}_life" for name in MEASURES),
    )
)
IN_FIFTHS = ",\n".join(
    f"1 + {FIFTHS} * (row_number() over (order by {measure}{' desc' * is_less_better}, person_id) - 1)"
    f" // count(*) over () as {score}"
    for score, (measure, is_less_better) in SCORES.items()
)


def main() -> None:
    """Write the answers."""
    log, target = asked()
    statements = Path(__file__).with_suffix(".sql").read_text()
    statements = statements.replace("{in_windows}", IN_WINDOWS).replace("{in_fifths}", IN_FIFTHS)
    settings = {"memory_limit": MEMORY_LIMIT, "temp_directory": str(target / "spilled")}
    with duckdb.connect(config=settings) as connection:
        connection.read_parquet(log).create_view("events")
        connection.execute("SET VARIABLE target = ?", [str(target)])
        connection.execute("SET VARIABLE last_day = ?::DATE - DATE '1970-01-01'", [LAST_DAY])
        for statement in connection.extract_statements(statements):
            before = _spent()
            connection.execute(statement)
            if "--spent" in sys.argv:
                first = next(
                    line for line in statement.query.strip().splitlines() if not line.startswith("--")
                )
                print(f"{_spent() - before:8.3f} {first}", file=sys.stderr)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
