"""The columns behind each column of a table that a statement makes, kept beside what dbt keeps of the project.

Reading the statements of all tables costs 5 CPU seconds. From day to day, and from home to home, they differ in dates
and numbers alone, which change no column's source: a statement is read once for each of its forms.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

import duckdb

from dmp.checked_json import DamagedFileError, read_checked, write_checked
from dmp.settings import PROJECT, Home
from dmp.tables_note import columns_of, statements
from dmp.transformation import TARGET

if TYPE_CHECKING:
    from dmp.lineage import Lineage

KEPT = TARGET / "column_lineage.json"
READERS = ("column_lineage.py", "lineage.py", "spark/*.py")
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

    A table without a statement, or with one that cannot be read, is left out. What is added to goes on from itself:
    that is not said.
    """
    columns = columns_of(connection)
    files = {table: file for table, file in statements(home).items() if table in tables}
    forms = {table: _form(table, file.read_text(encoding="utf-8"), columns) for table, file in files.items()}
    kept = _kept()
    if unread := [table for table, form in forms.items() if form not in kept]:
        # What parses SQL takes half a second to load.
        from dmp.lineage import Lineage

        lineage = Lineage(home, columns)
        for table in unread:
            # No run ends because of what is only told about it, whatever a parser stumbles over.
            with suppress(Exception):
                kept[forms[table]] = _behind(lineage, table)
        KEPT.parent.mkdir(exist_ok=True)
        write_checked(KEPT, {"reader": _reader(), "forms": kept})
    return {table: kept[form] for table, form in forms.items() if form in kept}


def _kept() -> dict[str, Behind]:
    """Return what was read before, by form: nothing where the file is damaged, or another reader wrote it."""
    with suppress(DamagedFileError):
        found = read_checked(KEPT)
        if found and found["reader"] == _reader():
            return found["forms"]
    return {}


def _reader() -> str:
    """Return a hash of what reads statements."""
    files = [path for pattern in READERS for path in sorted((PROJECT / "dmp").glob(pattern))]
    code = b"".join(path.read_bytes() for path in files)
    return hashlib.sha256(version("sqlglot").encode() + code).hexdigest()


def _behind(lineage: Lineage, table: str) -> Behind:
    read = {
        column: [[place.table.partition(".")[2], str(place.column)] for place in places]
        for column, places in lineage.read(table).items()
    }
    return {column: [place for place in places if place[0] != table] for column, places in read.items()}


def _form(table: str, statement: str, columns: Mapping[str, Mapping[str, str]]) -> str:
    """Return a hash of a table's statement without comments and literals, and of the columns of the tables in it."""
    named = {f"{schema}.{name}" for schema, name in TABLE.findall(statement)}
    read = {name: list(columns.get(name, ())) for name in sorted(named)}
    return hashlib.sha256(json.dumps([table, INESSENTIAL.sub("?", statement), read]).encode()).hexdigest()
