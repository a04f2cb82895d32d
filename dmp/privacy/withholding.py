"""What of a table leaves for readers: rows and columns whose purpose the person consented to.

A column is NULL unless its purpose is consented to; a row is there as long as one of its columns is.
"""

from __future__ import annotations

from collections.abc import Mapping

from dmp.landing.contract import PURPOSES
from dmp.privacy.purposes import ANY, BY_ROW, NOBODY, TablePurposes

CONSENTS = "warehouse.profiles.user_consents"


def readable_rows(table: str, columns: Mapping[str, str], purposes: TablePurposes) -> str:
    """Return SQL that selects what readers may see of the qualified `table`.

    columns: by name, the SQL that makes each from the row `facts`. Purposes were checked before
    (`purpose_problems`).
    """
    of_columns = {name: purposes.of(name) or NOBODY for name in columns}
    needed = sorted(set(of_columns.values()))
    if needed == [NOBODY]:
        return f"SELECT {', '.join(columns.values())} FROM {table} AS facts"  # noqa: S608
    # One purpose for all of them: whoever withholds it has no row, so that no cell is left to judge.
    selected = [
        sql if len(needed) == 1 else _withheld(name, sql, of_columns[name]) for name, sql in columns.items()
    ]
    join, nobody = ("LEFT", ["facts.user_key IS NULL"]) if purposes.has_rows_of_nobody else ("INNER", [])
    return f"""
        SELECT {", ".join(selected)}
        FROM {table} AS facts {join} JOIN {CONSENTS} AS consents USING (user_key)
        WHERE {" OR ".join([*nobody, *(_is_consented(purpose) for purpose in needed)])}
        """  # noqa: S608 - names from the catalogue


def _withheld(name: str, sql: str, purpose: str) -> str:
    """A column beside others of other purposes; `any` needs no look, for without one there is no row."""
    if purpose == ANY:
        return sql
    return f'CASE WHEN {_is_consented(purpose)} THEN {sql} END AS "{name}"'


def _is_consented(purpose: str) -> str:
    if purpose == ANY:
        return f"({' OR '.join(map(_is_consented, PURPOSES))})"
    if purpose == BY_ROW:
        cases = " ".join(f"WHEN '{name}' THEN {_is_consented(name)}" for name in PURPOSES)
        return f"CASE facts.purpose {cases} ELSE false END"
    return f"consents.is_consented_{purpose}"
