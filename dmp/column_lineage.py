"""The columns behind each column of a table that a statement makes, kept in `<home>/dbt/column_lineage.json`.

Reading the statements of all tables costs 5 CPU seconds. From day to day they differ in dates and numbers alone, which
change no column's source: a statement is read once for each of its forms.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import duckdb

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.settings import Home
from dmp.tables_note import columns_of, statements

if TYPE_CHECKING:
    from dmp.lineage import Lineage

# Comments, texts and dates, numbers; an apostrophe in a comment begins no text.
INESSENTIAL = re.compile(r"--[^\n]*|/\*.*?\*/|'[^']*'|\b\d+\b", re.DOTALL)
# The tables that a statement reads, as dbt writes them: "warehouse"."schema"."table".
TABLE = re.compile(r'\."(\w+)"\."(\w+)"')
# By column of a table: the columns that it is read from, each as [table, column].
Behind = dict[str, list[list[str]]]


def column_lineage(
    home: Home, connection: duckdb.DuckDBPyConnection, tables: Collection[str]
) -> dict[str, Behind]:
    """Return what the columns of some tables are read from, in the warehouse as it is; tables go by their names alone.

    A table without a statement is left out. What is added to goes on from itself: that is not said.
    """
    path = home.root / "dbt" / "column_lineage.json"
    kept: dict[str, Any] = {}
    with suppress(DamagedFileError):
        kept = read_checked(path) or {}
    columns = columns_of(connection)
    files = {table: file for table, file in statements(home).items() if table in tables}
    forms = {table: _form(file.read_text(encoding="utf-8"), columns) for table, file in files.items()}
    unread = [table for table, form in forms.items() if kept.get(table, {}).get("form") != form]
    if unread:
        # What parses SQL takes half a second to load.
        from dmp.lineage import Lineage

        lineage = Lineage(home, columns)
        for table in unread:
            kept[table] = {"form": forms[table], "behind": _behind(lineage, table)}
        write_checked(path, kept)
    return {table: kept[table]["behind"] for table in forms}


def _behind(lineage: Lineage, table: str) -> Behind:
    read = {
        column: [[place.table.partition(".")[2], str(place.column)] for place in places]
        for column, places in lineage.read(table).items()
    }
    return {column: [place for place in places if place[0] != table] for column, places in read.items()}


def _form(statement: str, columns: Mapping[str, Mapping[str, str]]) -> str:
    """Return a hash of a statement without comments and literals, and of the columns of the tables that it names."""
    named = {f"{schema}.{table}" for schema, table in TABLE.findall(statement)}
    read = {name: list(columns.get(name, ())) for name in sorted(named)}
    return hashlib.sha256(json.dumps([INESSENTIAL.sub("?", statement), read]).encode()).hexdigest()
