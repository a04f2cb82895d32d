"""What each published column may be used for, as its table declares; how that withholds rows is in `withholding`.

dbt models and seeds declare it in their own YAML (`config: {meta: {purpose: ...}}`), tables made by Python in
`dmp/dictionary/`, in the same form. A column without a purpose of its own has its table's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dmp.dictionary.texts import FILES
from dmp.landing.contract import PURPOSES
from dmp.settings import PROJECT, DmpError

DECLARATIONS = (
    *sorted((PROJECT / "dbt_project").glob("models/marts/**/*.yml")),
    *sorted((PROJECT / "dbt_project").glob("seeds/*.yml")),
    *FILES,
)
# The column tells of no person.
NOBODY = "none"
# The column is there as long as the person consented to anything: keys, dates, the consents themselves.
ANY = "any"
# Each row has the purpose that its own column `purpose` names.
BY_ROW = "by_row"
KNOWN = (*PURPOSES, NOBODY, ANY, BY_ROW)


@dataclass(frozen=True)
class TablePurposes:
    """A table's purpose, None where each of its columns must name its own, and those of its columns that do.

    has_rows_of_nobody: rows without a user_key are nobody's, so they need no consent; else they leave no more than
    rows of people who withhold it.
    """

    of_table: str | None
    of_columns: Mapping[str, str] = field(default_factory=dict)
    has_rows_of_nobody: bool = False

    def of(self, column: str) -> str | None:
        """Return a column's purpose, None where nothing declares it."""
        return self.of_columns.get(column, self.of_table)


def declared_purposes(paths: Iterable[Path] = DECLARATIONS) -> dict[str, TablePurposes]:
    """Return what the declarations say, by table. Raises DmpError at a word that is no purpose."""
    declared = {}
    for path in paths:
        # The C reader is ten times faster than the one in Python.
        document = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}  # noqa: S506
        for table in [*document.get("models", []), *document.get("seeds", [])]:
            columns = {column["name"]: _purpose(column, path) for column in table.get("columns", [])}
            named = {name: purpose for name, purpose in columns.items() if purpose}
            of_nobody = bool(table.get("config", {}).get("meta", {}).get("has_rows_of_nobody"))
            declared[table["name"]] = TablePurposes(_purpose(table, path), named, of_nobody)
    return declared


def _purpose(part: dict[str, Any], path: Path) -> str | None:
    purpose = part.get("config", {}).get("meta", {}).get("purpose")
    if purpose is not None and purpose not in KNOWN:
        raise DmpError(f"{path}: {part['name']}: '{purpose}' is none of the purposes {', '.join(KNOWN)}")
    return purpose


def purpose_problems(tables: Mapping[str, Iterable[str]], declared: Mapping[str, TablePurposes]) -> list[str]:
    """Return one sentence for each column of `tables` (columns by table) whose purpose is missing or wrong."""
    return [
        f"{table}.{column} {problem}"
        for table, columns in tables.items()
        for column, problem in _problems(list(columns), declared.get(table, TablePurposes(None)))
    ]


def checked_purposes(tables: Mapping[str, Iterable[str]]) -> dict[str, TablePurposes]:
    """Return the declared purposes. Raises DmpError where a column of `tables` has none, or a wrong one."""
    declared = declared_purposes()
    if problems := purpose_problems(tables, declared):
        raise DmpError(f"nothing was published: {problems[0]}")
    return declared


def _problems(columns: list[str], purposes: TablePurposes) -> Iterable[tuple[str, str]]:
    names_people = bool({"user_key", "user_id", "identifier_key"} & set(columns))
    for column in columns:
        purpose = purposes.of(column)
        if purpose is None:
            yield column, "declares no purpose: add `config: {meta: {purpose: ...}}` to its table or itself"
        elif (purpose == NOBODY) == names_people:
            what = "names people, so its purpose cannot be none" if names_people else "names no user_key"
            yield column, f"has the purpose {purpose}, but its table {what}"
