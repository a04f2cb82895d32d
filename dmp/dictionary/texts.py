"""What the columns of tables made by Python mean: the texts beside this file, in the form of dbt's YAML.

Columns of dbt's models are described beside the models. A name with a star stands for all that fit, a table `*` for
every table.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILES = tuple(sorted(Path(__file__).parent.glob("*.yaml")))
ANY_TABLE = "*"
# The team that answers for the tables.
OWNER = "marketing-data"


def column_text(table: str, column: str) -> str | None:
    """Return the text of a column: of the table's own, of any table's, of those with a star; None without one."""
    own, shared = (_texts().get(name, {}) for name in (table, ANY_TABLE))
    fitting = (text for pattern, text in own.items() if fnmatchcase(column, pattern))
    return own.get(column) or shared.get(column) or next(fitting, None)


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    return {
        table["name"]: {column["name"]: column["description"] for column in table.get("columns", [])}
        for path in FILES
        for table in _tables(path)
    }


def _tables(path: Path) -> list[dict[str, Any]]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document["models"]
