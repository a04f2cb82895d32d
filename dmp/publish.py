"""The read-only copy for SQL users, BI tools and pages: built in a new folder, swapped in by one rename.

A reader that stays connected keeps the build it opened; nobody ever sees half of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dmp.builds import BUILD_FILE, content_hash, damaged_files, decisions, maker
from dmp.checked_json import read_checked, write_checked
from dmp.dictionary.texts import column_text
from dmp.privacy.purposes import checked_purposes
from dmp.privacy.withholding import readable_rows
from dmp.settings import Home, Settings
from dmp.warehouse import connect, provenance

PUBLISHED_SCHEMAS = (
    "profiles", "insight", "segments", "predictions", "recommendations", "experiments", "quality",
)  # fmt: skip
PUBLISHED_ACCOUNTS = ("landed_files", "rejects", "schema_drift", "personal_data", "landed_volumes")
# What only joins or repeats other tables stays inside.
UNPUBLISHED_TABLES = {
    "identity_days_history",
    "identity_map_history",
    "identity_quarantine",
    "learning_consents",
    "profiled_facts",
    "user_activity",
    "user_answers",
    "user_consent_history",
    "user_consents",
    "user_dimension_activity",
    "user_item_activity",
    "user_social_ties",
}


def publish(
    home: Home,
    settings: Settings,
    landed: Mapping[date, Mapping[str, str]],
    as_of_date: date,
    strays: Sequence[str] = (),
) -> dict[str, Any]:
    """Copy the warehouse's published schemas into a new build and make it the current one.

    landed: for each landed day, its files with the SHA-256 of their contents. strays: files outside of any
    landed day. With code and settings they make the build id. The same id is the same build: it is left as it
    is. Returns the contents of build.json.
    """
    # Tables carry the version that made them, whatever code copies them.
    made_by = maker(home, settings) | (provenance(home) or {})
    contents = {
        "landed_days": {str(day): dict(files) for day, files in landed.items()},
        "strays": list(strays),
        "decisions": decisions(home),
    }
    contents |= {name: made_by[name] for name in ("code_version", "settings", "key_fingerprint")}
    build_id = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:16]
    folder = home.builds / build_id
    if damaged_files(folder):
        unfinished = home.builds / f".{build_id}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        try:
            _make(
                home, settings, unfinished, {"build_id": build_id, "as_of_date": str(as_of_date), **contents}
            )
        except BaseException:
            # On a full disk, half a build would only be in the way.
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        _put(unfinished, folder)
    _swap(home, folder)
    _forget_old_builds(home, settings.builds_kept)
    return read_checked(folder / BUILD_FILE) or {}


def _make(home: Home, settings: Settings, folder: Path, build: dict[str, Any]) -> None:
    tables, macros = _copy(home, settings, folder, build["build_id"])
    files = {
        str(path.relative_to(folder)): content_hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    write_checked(folder / BUILD_FILE, {**build, "tables": tables, "macros": macros, "files": files})


def _put(unfinished: Path, folder: Path) -> None:
    """Give a finished build its name; a damaged one that has it steps aside, and readers keep what they opened."""
    aside = unfinished.with_name(f"{unfinished.name}.damaged")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    unfinished.rename(folder)


def _copy(home: Home, settings: Settings, folder: Path, build_id: str) -> tuple[dict[str, int], list[str]]:
    """Return the row count of each table that was copied, and the table macros over them."""
    with connect(home, settings) as connection, _attached(connection, folder / "dmp.duckdb"):
        columns = _published_columns(connection)
        purposes = checked_purposes({table: list(named) for (_, table), named in columns.items()})
        counts = {
            table: _copy_table(
                connection,
                table,
                f"SELECT *, '{build_id}' AS build_id FROM "  # noqa: S608
                f"({readable_rows(f'warehouse.{schema}.{table}', _outside(named), purposes[table])})",
                named,
                folder,
            )
            for (schema, table), named in columns.items()
        }
        return counts, list(_copy_macros(connection))


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, path: Path) -> Iterator[None]:
    """Attach a new database as `published`; it is whole on disk when the block ends."""
    # An older storage version, so that tools which carry DuckDB 1.x open the file.
    connection.execute(f"ATTACH '{quoted(path)}' AS published (STORAGE_VERSION 'v1.0.0')")
    try:
        yield
    finally:
        connection.execute("USE warehouse; DETACH published")


def _published_columns(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], dict[str, str | None]]:
    """Return the columns of each table to publish, by schema and table, in their order, with their descriptions.

    Raises duckdb.Error where an account is missing: a build without it could not be checked.
    """
    columns: dict[tuple[str, str], dict[str, str | None]] = {}
    for schema, table, column, text in connection.execute(
        """
        SELECT schema_name, table_name, column_name, columns.comment
        FROM duckdb_columns() AS columns JOIN duckdb_tables() USING (database_name, schema_name, table_name)
        WHERE
            database_name = 'warehouse'
            AND (
                (list_contains($schemas, schema_name) AND NOT list_contains($inside, table_name))
                OR (schema_name = 'raw' AND list_contains($accounts, table_name))
            )
        ORDER BY schema_name = 'raw', table_name, column_index
        """,
        {
            "schemas": PUBLISHED_SCHEMAS,
            "inside": sorted(UNPUBLISHED_TABLES),
            "accounts": PUBLISHED_ACCOUNTS,
        },
    ).fetchall():
        columns.setdefault((schema, table), {})[column] = text
    for account in PUBLISHED_ACCOUNTS:
        connection.table(f"warehouse.raw.{account}")
    return columns


def _outside(columns: Mapping[str, str | None]) -> dict[str, str]:
    """Return the columns that leave, each with the SQL that makes it: keys are for joins inside.

    People leave under their pseudonymous id.
    """
    outside = {name: f'facts."{name}"' for name in columns if not name.endswith("_key")}
    if "user_key" in columns and "user_id" not in columns:
        outside = {"user_id": "lower(lpad(to_hex(user_key), 16, '0')) AS user_id", **outside}
    return outside


def _copy_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: str,
    columns: Mapping[str, str | None],
    folder: Path,
) -> int:
    connection.execute(f'CREATE TABLE published."{table}" AS {rows} ORDER BY ALL')
    texts = {
        name: columns.get(name) or column_text(table, name)
        for name in connection.table(f'published."{table}"').columns
    }
    connection.execute(
        "".join(
            f'COMMENT ON COLUMN published."{table}"."{name}" IS \'{_escaped(text)}\';'
            for name, text in texts.items()
            if text
        )
    )
    target = folder / "parquet" / table
    target.mkdir(parents=True)
    connection.execute(
        f"COPY published.\"{table}\" TO '{quoted(target / 'part-0.parquet')}' (FORMAT parquet, COMPRESSION zstd)"
    )
    return connection.table(f'published."{table}"').shape[0]


def _copy_macros(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Hand on the warehouse's questions with parameters, asked of the published tables and under the outside ids."""
    connection.execute("USE published")
    for schema, name, parameters, definition in connection.execute(
        """
        SELECT schema_name, function_name, list_aggregate(parameters, 'string_agg', ', '), macro_definition
        FROM duckdb_functions() WHERE database_name = 'warehouse' AND function_type = 'table_macro' ORDER BY ALL
        """
    ).fetchall():
        outside = definition.replace(f"warehouse.{schema}.", "").replace("user_key", "user_id")
        connection.execute(f"CREATE MACRO {name}({parameters}) AS TABLE {outside}")
        yield name


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def quoted(path: Path) -> str:
    """Return a path as it stands in an SQL text."""
    return _escaped(str(path))


def _swap(home: Home, folder: Path) -> None:
    link = home.root / ".published"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("builds") / folder.name)
    link.replace(home.published)
    os.utime(folder)


def _forget_old_builds(home: Home, kept: int) -> None:
    """Remove all but the current and the newest builds, and what a stopped run left unfinished."""
    current = home.published.resolve()
    found = [path for path in home.builds.iterdir() if path.is_dir()]
    unfinished = [path for path in found if path.name.startswith(".")]
    builds = sorted(
        set(found) - set(unfinished),
        key=lambda path: (path == current, path.stat().st_mtime_ns),
        reverse=True,
    )
    for path in [*unfinished, *builds[kept:]]:
        shutil.rmtree(path)
