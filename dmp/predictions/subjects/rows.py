"""The rows of a table of subjects as they are learned from: features, label, and who each is of; no model here."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from dmp.predictions.subjects.targets import Derived, SubjectTarget

# Where a record came from, which every raw table tells beside what the record holds.
ORIGIN = (
    "properties", "is_ambiguous_time", "landed_date", "source_file", "source_line", "record_key", "payload_hash",
)  # fmt: skip
KEYS = ("subject_id", "user_key", "row_number", "label")
CONSENTED = """
    JOIN profiles.identity_map AS map ON map.identifier_key = subjects."{subject}"
    JOIN profiles.user_consents AS consents
        ON consents.user_key = map.user_key AND consents.is_consented_{purpose}
"""


def read_rows(connection: duckdb.DuckDBPyConnection, target: SubjectTarget) -> pd.DataFrame:
    """Return `subject_rows` of the target's raw table; no rows where it does not exist yet.

    People who have not consented to the target's purpose are left out.
    """
    exists = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'raw' AND table_name = ?", [target.table]
    ).fetchone()
    if not exists or not exists[0]:
        return pd.DataFrame(columns=list(KEYS))
    joined = CONSENTED.format(subject=target.subject, purpose=target.purpose) if target.subject else ""
    key = "map.user_key" if target.subject else "NULL::BIGINT AS user_key"
    table = connection.execute(
        f"""
        SELECT subjects.*, {key} FROM raw."{target.table}" AS subjects {joined}
        ORDER BY subjects.source_file, subjects.source_line
        """  # noqa: S608 - names are those of a target
    ).df()
    return subject_rows(table, target)


def subject_rows(table: pd.DataFrame, target: SubjectTarget) -> pd.DataFrame:
    """Return one row per subject: KEYS, then the features in alphabetical order.

    `table` holds the raw columns and user_key. subject_id: a person's published id, or file and line of a row that is
    nobody's. label: 1, 0 or NaN where it is unknown. Numbers are floats, NaN where missing or infinite; what
    is no number is text. Columns without a single value are left out.
    """
    features = {
        name: _feature(table[name])
        for name in table.columns
        if name not in (*ORIGIN, "user_key", target.label, target.subject, *target.left_out)
    }
    for name, derived in target.derived.items():
        features[name] = _derived(features, derived)
    known = {name: values for name, values in sorted(features.items()) if values.notna().any()}
    label = table[target.label].astype("str").str.lower()
    keys = {
        "subject_id": _subject_ids(table, target),
        "user_key": table["user_key"].astype("Int64"),
        "row_number": np.arange(len(table)),
        "label": (label == target.value.lower()).astype("float64").where(table[target.label].notna()),
    }
    return pd.DataFrame({**keys, **known}).reset_index(drop=True)


def feature_names(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the features of `rows`, in order."""
    return tuple(str(name) for name in rows.columns if name not in KEYS)


def _feature(values: pd.Series) -> pd.Series:
    if is_bool_dtype(values) or set(values.dropna().unique()) <= {True, False}:
        return values.astype("float64")
    if is_numeric_dtype(values) or _is_decimal(values):
        numbers = values.astype("float64")
        return numbers.where(np.isfinite(numbers))
    return values.astype("str").where(values.notna())


def _is_decimal(values: pd.Series) -> bool:
    from decimal import Decimal

    return bool(values.notna().any()) and isinstance(values.dropna().iloc[0], Decimal)


def _derived(features: dict[str, pd.Series], derived: Derived) -> pd.Series:
    first, second = features[derived.first], features[derived.second]
    if derived.how == "times":
        return first * second
    if derived.how == "less":
        return first - second
    return first / second.where(second != 0)


def _subject_ids(table: pd.DataFrame, target: SubjectTarget) -> pd.Series:
    if target.subject:
        return table["user_key"].map(lambda key: format(int(key) & (2**64 - 1), "016x")).astype("str")
    return (table["source_file"] + ":" + table["source_line"].astype("str")).astype("str")
