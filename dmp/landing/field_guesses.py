"""What an unknown field seems to be: a type that fits all of its values, and what its name says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

from dmp.landing.contract import Contract
from dmp.landing.field_contract import FieldContract
from dmp.landing.fields import quoted, quoted_name, typed_sql

TIME_NAME = re.compile(r"time|date|stamp|(^|_)(ts|at|on|day|when)($|_)")
TIME_FORMATS = (
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y-%m-%d",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y%m%d%H%M%S%g",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
)
NOTHING = ("-", "null", "NULL", "None", "N/A", "\\N")
EPOCHS = ("epoch_s", "epoch_ms", "epoch_us", "epoch_ns")
IDENTIFIERS = {
    "email": r"e_?mail",
    "phone": r"phone|mobile|msisdn",
    "household": r"household",
    "order": r"(order|invoice|basket|transaction|receipt)(_?(id|no|number|key))",
    "device": r"(device|ifa|idfa|gaid|adid)(_?id)?$",
    "anonymous": r"anonym|cookie|visitor|pseudo|client_?id|domain_user|(^|_)guid$",
    "login": r"(user|customer|member|login|account|person|subscriber|student)(_?(id|no|number|key|name))?$",
}
# A set of words is small where each of them is said often.
LARGEST_SET = 12
TIMES_SAID = 20
LONGEST_WORD = 40


def identifier_type(name: str) -> str | None:
    """Return the type of identifier that a field's name speaks of."""
    return next((kind for kind, pattern in IDENTIFIERS.items() if re.search(pattern, name)), None)


def guessed_type(connection: duckdb.DuckDBPyConnection, contract: Contract, name: str) -> dict[str, Any]:
    """Return the first type, as a contract declares it, that fits every value of a column of `seen`."""
    for declared in _candidates(name):
        field = FieldContract(**declared)
        typed = typed_sql(name, field, contract)
        conditions = f"({typed}) IS NOT NULL"
        if field.type == "timestamp":
            conditions += f" AND ({typed}) BETWEEN TIMESTAMPTZ '2000-01-01' AND TIMESTAMPTZ '2100-01-01'"
        if field.type == "decimal":
            conditions += f" AND ({typed})::DOUBLE = TRY_CAST(trim({quoted_name(name)}) AS DOUBLE)"
        fitting = (
            f"count(*) FILTER ({conditions}) = count({quoted_name(name)}) AND count({quoted_name(name)}) > 0"
        )
        if _one(connection, fitting):
            return declared
    return {"type": "text"}


def _candidates(name: str) -> Iterator[dict[str, Any]]:
    if re.search(r"user_?agent|(^|_)ua$", name):
        yield {"type": "user_agent"}
    if re.search(r"(^|_)(ip|address|client)(_|$)|ipaddress", name):
        yield {"type": "ip"}
    yield {"type": "timestamp"}
    if TIME_NAME.search(name):
        yield from ({"type": "timestamp", "unit": unit} for unit in EPOCHS)
        yield from ({"type": "timestamp", "time_format": time_format} for time_format in TIME_FORMATS)
    if identifier_type(name) or re.search(r"(^|_)(id|uuid|key|code|sku|upc|zip|postcode)$", name):
        return
    yield from ({"type": kind} for kind in ("integer", "decimal", "float"))
    if not TIME_NAME.search(name):
        yield {"type": "boolean"}
    yield {"type": "json"}


def forget_missing(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> list[str]:
    """Empty the values of `seen` that are words for nothing; return those words that were there."""
    nothing = ", ".join(map(quoted, NOTHING))
    words: set[str] = set()
    for column in map(quoted_name, names):
        found = _one(connection, f"list(DISTINCT {column}) FILTER ({column} IN ({nothing}))") or []
        words.update(found)
        connection.execute(f"UPDATE seen SET {column} = NULL WHERE {column} IN ({nothing})")  # noqa: S608
    return sorted(words)


def small_set(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """Return the values of a text column of `seen` where they are few and said often, else nothing."""
    column = quoted_name(name)
    values = (
        _one(connection, f"list(DISTINCT {column} ORDER BY {column}) FILTER ({column} IS NOT NULL)") or []
    )
    is_small = 1 < len(values) <= LARGEST_SET and max(map(len, values)) <= LONGEST_WORD
    return values if is_small and _one(connection, f"count({column})") >= TIMES_SAID * len(values) else []


def is_required(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether every record has a value."""
    return bool(_one(connection, f"count({quoted_name(name)}) = count(*)"))


def is_unique(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether every record has a value of its own."""
    return bool(_one(connection, f"count(DISTINCT {quoted_name(name)}) = count(*) AND count(*) > 1"))


def is_hashed(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether every value is a SHA-256 in hexadecimal digits."""
    return bool(_one(connection, f"bool_and(regexp_full_match({quoted_name(name)}, '[0-9a-fA-F]{{64}}'))"))


def _one(connection: duckdb.DuckDBPyConnection, expression: str) -> Any:
    # Names are quoted, the rest is this module's own.
    [row] = connection.execute(f"SELECT {expression} FROM seen").fetchall()  # noqa: S608
    return row[0]
