"""What is compared when a home went through something: digests of every cell, model and published file."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Container
from pathlib import Path

import duckdb

from dmp.settings import Home


def database_digest(path: Path, without: Container[str] = ()) -> dict[str, str]:
    """Return, for each table, its row count and two sums over the hashes of its rows.

    without: names of columns that are left out.
    """
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            """
            SELECT schema_name, table_name, list(column_name ORDER BY column_index)
            FROM duckdb_columns() SEMI JOIN duckdb_tables() USING (table_oid, schema_name, table_name)
            WHERE NOT internal GROUP BY ALL ORDER BY ALL
            """
        ).fetchall()
        query = """
            SELECT count(*), sum(hash(rows)::HUGEINT), bit_xor(hash(rows)) FROM (SELECT {} FROM "{}"."{}") AS rows
        """
        return {
            f"{schema}.{name}": str(connection.execute(query.format(kept, schema, name)).fetchone())
            for schema, name, columns in tables
            if (kept := ", ".join(f'"{column}"' for column in columns if column not in without))
        }


def home_digest(home: Home) -> dict[str, str]:
    """Return a digest of every table of the warehouse and the vault, every model and every published file."""
    files = [*home.models.rglob("*"), *(home.published.resolve() / "parquet").rglob("*")]
    return {
        **database_digest(home.warehouse),
        **{f"vault {name}": value for name, value in database_digest(home.vault).items()},
        **{
            str(path.relative_to(home.models if home.models in path.parents else home.published.resolve())): (
                hashlib.sha256(path.read_bytes()).hexdigest()
            )
            for path in files
            if path.is_file()
        },
    }


def served(home: Home) -> dict[str, str]:
    """Return what a reader of the published copy gets: the build it names and a digest of every table, or what they are
    told where nothing is published yet, which is the same in every copy of a home.
    """
    from dmp.published import published

    if not home.published.exists():
        return {"build_id": "none"}
    with published(home) as build:
        tables = build.build["tables"]
        query = 'SELECT count(*), sum(hash(rows)::HUGEINT), min(build_id), max(build_id) FROM "{}" AS rows'
        found = {name: build.connection.execute(query.format(name)).fetchone() for name in sorted(tables)}
        return {"build_id": build.build["build_id"], **{name: str(value) for name, value in found.items()}}


def copied(home: Home, root: Path) -> Home:
    """Return a copy of a home that may be broken."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(home.root, root, symlinks=True)
    return Home.at(root)
