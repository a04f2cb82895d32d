"""Every source that ships with a contract, from its public originals to ranked lists, with the account of its lines.

    python -m benchmarks.proofs.sources [--data ../shared/data] [--only web_log]

Each source gets a home of its own. The lines of its landing files are counted here once more, byte by byte, and
compared with what the accounts say; segment, ga4 and ad_log have no public original at hand and are left to the tests.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from dmp.landing.importing import import_source
from dmp.settings import PROJECT, Home

ORIGINALS = {
    "online_retail": "online_retail",
    "taobao_userbehavior": "taobao_userbehavior_sample",
    "eshop_clothing": "eshop_clothing_2008",
    "complete_journey": "complete_journey_sample",
    "rees46": "rees46_tiny",
    "snowplow": "snowplow_events",
    "web_log": "apache_access_log",
    "ipinyou": "ipinyou_raw_sample",
}
ACCOUNT = """
SELECT
    sum(physical_line_count) AS lines, sum(record_count) AS records, sum(accepted_count) AS accepted,
    sum(duplicate_count) AS duplicate, sum(conflict_count) AS conflict, sum(rejected_count) AS rejected,
    sum(suppressed_count) AS suppressed, count(*) FILTER (is_refused) AS refused,
    sum(header_line_count + continuation_line_count + blank_line_count) AS other_lines
FROM raw.landed_files
"""
LISTED = "SELECT count(*) FROM recommendations.recommendations"


def rows(data: Path | None = None, only: str | None = None) -> list[dict[str, Any]]:
    """Return the account of each source and the length of its lists."""
    folder = data or Path(os.environ.get("DMP_DATA", PROJECT.parent / "shared" / "data"))
    found: list[dict[str, Any]] = []
    for source, original in ORIGINALS.items():
        if only in (None, source) and (folder / original).is_dir():
            with tempfile.TemporaryDirectory() as root:
                found += _rows_of(source, folder / original, Home.at(root))
    return found


def _rows_of(source: str, original: Path, home: Home) -> list[dict[str, Any]]:
    summary = import_source(source, original, home.landing)
    run = subprocess.run(
        [sys.executable, "-c", "from dmp.cli import main; main()", "run", "--home", str(home.root)],
        capture_output=True,
        check=False,
    )
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        account = connection.execute(ACCOUNT).df().iloc[0].astype(int).to_dict()
        # A run that stopped has no lists.
        listed = (0,) if run.returncode else connection.execute(LISTED).fetchone() or (0,)
    fates = sum(account[fate] for fate in ("accepted", "duplicate", "conflict", "rejected", "suppressed"))
    unaccounted = abs(counted_lines(home.landing) - account.pop("other_lines") - fates)
    shown = {"imported": summary.record_count, **account}
    return [
        *({"name": source, "metric": metric, "value": count} for metric, count in shown.items()),
        {
            "name": source,
            "metric": "unaccounted lines",
            "value": unaccounted,
            "goal": 0,
            "reached": unaccounted == 0,
        },
        {
            "name": source,
            "metric": "run's exit code",
            "value": run.returncode,
            "goal": 0,
            "reached": not run.returncode,
        },
        {
            "name": source,
            "metric": "rows of ranked lists",
            "value": listed[0],
            "goal": "> 0",
            "reached": listed[0] > 0,
        },
    ]


def counted_lines(landing: Path) -> int:
    """Count the lines of all landing files by their bytes; a record of Parquet is a line."""
    return sum(_lines(path) for path in landing.rglob("*.*") if not path.name.startswith("."))


def _lines(path: Path) -> int:
    if path.suffix == ".parquet":
        return pq.read_metadata(path).num_rows
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", choices=ORIGINALS)
    arguments = parser.parse_args()
    for source in [arguments.only] if arguments.only else ORIGINALS:
        for row in rows(arguments.data, source):
            verdict = "" if "reached" not in row else ("  reached" if row["reached"] else "  NOT REACHED")
            print(f"{row['name']:22} {row['metric']:22} {row['value']:>10,}{verdict}", flush=True)
