"""Why a person's row differs between two builds: their own records that landed between, else what moved everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import Template

import duckdb

from dmp.landing.contract import load_contracts
from dmp.privacy.person import identified_tables
from dmp.settings import DmpError, Home
from dmp.upkeep.build_causes import Causes
from dmp.warehouse import connect

Records = Mapping[str, Mapping[str, int]]
IS_TABLE = "SELECT 1 FROM duckdb_tables() WHERE schema_name || '.' || table_name = ?"
# Names of tables and columns are those of contracts.
RECORDS = Template("""
SELECT DISTINCT people.user_id, facts.source_file, facts.source_line
FROM $table AS facts INNER JOIN people ON $is_theirs
WHERE list_contains($$files, facts.source_file)
""")
COUNTED = Template("""
WITH people AS (
    SELECT user_id, identifier_key FROM profiles.identity_map WHERE list_contains($$user_ids, user_id)
)
SELECT user_id, source_file, count(*) FROM ($records) GROUP BY ALL ORDER BY ALL
""")
# Files of one person that are named; a day seldom has more.
SHOWN = 3


def records_between(home: Home, causes: Causes, user_ids: Iterable[str]) -> Records | None:
    """Return the number of records by file, by person, in files that came or changed between two builds.

    From the warehouse as it is now; None where a run writes to it or there is none.
    """
    files = [*causes["landed_files"]["added"], *causes["landed_files"]["changed"]]
    try:
        with connect(home, home.settings(), read_only=True) as connection:
            return _counted(connection, files, sorted(set(user_ids)))
    except (duckdb.Error, DmpError):
        return None


def _counted(
    connection: duckdb.DuckDBPyConnection, files: Sequence[str], user_ids: Sequence[str]
) -> dict[str, dict[str, int]]:
    selects = [
        RECORDS.substitute(
            table=table,
            is_theirs=" OR ".join(f'facts."{column}" = people.identifier_key' for column in columns),
        )
        for table, columns in identified_tables(load_contracts())
        if connection.execute(IS_TABLE, [table]).fetchone()
    ]
    if not (selects and files and user_ids):
        return {}
    rows = connection.execute(
        COUNTED.substitute(records=" UNION ALL ".join(selects)),
        {"files": list(files), "user_ids": list(user_ids)},
    ).fetchall()
    found: dict[str, dict[str, int]] = {}
    for user_id, file, count in rows:
        found.setdefault(user_id, {})[file] = count
    return found


def row_cause(records: Records | None, user_id: str, general: Sequence[str]) -> str:
    """Return why a person's row differs, in words.

    general: what differs between the builds for everybody; it may have moved the row too.
    """
    if records is None:
        return "not known while a run writes to the warehouse"
    if theirs := records.get(user_id):
        named = [f"{count} records of theirs in {file}" for file, count in list(theirs.items())[:SHOWN]]
        more = [f"{len(theirs) - SHOWN} more files"] if len(theirs) > SHOWN else []
        return ", ".join([*named, *more])
    return f"no record of theirs landed between; for everybody: {'; '.join(general)}"


def with_causes(
    home: Home, names: list[str], rows: list[tuple], causes: Causes, general: Sequence[str]
) -> tuple[list[str], list[tuple]]:
    """Return rows of a table about people with a last column `why`; rows about nobody as they are."""
    if "user_id" not in names:
        return names, rows
    place = names.index("user_id")
    records = records_between(home, causes, [row[place] for row in rows if row[place]])
    return [*names, "why"], [(*row, row_cause(records, row[place], general)) for row in rows]
