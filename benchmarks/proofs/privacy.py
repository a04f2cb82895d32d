"""Purposes of columns, consent strings against the reference decoder, and erasures.

Usage: python -m benchmarks.proofs.privacy (about thirty runs of a small home; needs npm for the reference decoder)
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from benchmarks.proofs import erasures, killed_erasures
from benchmarks.proofs.erasures import dmp, figure
from benchmarks.tcf_reference import compare
from dmp.privacy.purposes import declared_purposes


def rows() -> list[dict[str, Any]]:
    """Return the figures of this part."""
    return [*_purposes(), *_consent_strings(), *erasures.rows(), *killed_erasures.rows()]


def _purposes() -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        dmp(home, "demo", "--people", "30", "--days", "10")
        declared = declared_purposes()
        with duckdb.connect(str(home / "published" / "dmp.duckdb"), read_only=True) as connection:
            columns = connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns() WHERE column_name <> 'build_id' AND NOT internal"
            ).fetchall()
    with_purpose = sum(declared[table].of(column) is not None for table, column in columns)
    return [figure("published columns", "declare a purpose", with_purpose, len(columns))]


def _consent_strings() -> list[dict[str, Any]]:
    found = compare(10_000)
    return [
        figure("TCF v2.3 strings", "equal in every field to @iabtcf/core", found["equal"], found["compared"]),
        figure("damaged TCF strings", "refused", found["refused"], found["damaged"]),
    ]


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row))
