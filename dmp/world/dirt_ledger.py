"""Which dirt was written where: the ledger's side of the accounting."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.world.customers import MAY_BE_MISSING
from dmp.world.dirt import CLEAN, KINDS, LATE, LATER_DAY, MISSING, MISSING_TEXT, SAME_DAY
from dmp.world.writing import HEADERS, Landing

RECORDS = (CLEAN, LATE, SAME_DAY, LATER_DAY)  # lines that are whole


def dirty_lines(landing: Landing, entity: str, lines: pd.DataFrame) -> pd.DataFrame:
    """Return a row per dirty line, and one per file that is out of order (without line).

    Columns: landed_date, file (below the landing folder), entity, kind, row_count, line (from 1, with
    header).
    """
    dirty = lines[lines["kind"] != CLEAN]
    header = 1 if entity in HEADERS else 0
    rows = _rows(
        landing, entity, dirty["landed_day"], np.array(KINDS)[dirty["kind"]], 1, line=dirty["line"] + header
    )
    shuffled = lines[lines["is_shuffled"]].groupby("landed_day").size()
    return pd.concat([rows, _rows(landing, entity, shuffled.index, "out_of_order", shuffled.to_numpy())])


def bot_lines(landing: Landing, lines: pd.DataFrame, is_bot: np.ndarray) -> pd.DataFrame:
    """Return a row per event file with lines of bots; `is_bot` holds one value per clean row."""
    of_bots = lines[is_bot[lines["number"]] & lines["kind"].isin(RECORDS)].groupby("landed_day").size()
    return _rows(landing, "events", of_bots.index, "bot", of_bots.to_numpy())


def missing_values(landing: Landing, customers: pd.DataFrame) -> pd.DataFrame:
    """Return a row per customer file and way of missing; true zeros are counted beside what they are not."""
    counts = pd.DataFrame({"day": customers["day"]})
    for kind, text in zip(MISSING, MISSING_TEXT, strict=True):
        counts[kind] = (customers[list(MAY_BE_MISSING)] == text).sum(axis=1)
    counts["missing_true_zero"] = (customers["children_count"] == "0").astype(int)
    tall = counts.groupby("day").sum().melt(ignore_index=False, var_name="kind", value_name="row_count")
    tall = tall[tall["row_count"] > 0]
    return _rows(landing, "customers", tall.index, tall["kind"].to_numpy(), tall["row_count"].to_numpy())


def _rows(
    landing: Landing,
    entity: str,
    day: pd.Series | pd.Index,
    kind: np.ndarray | str,
    count: np.ndarray | int,
    *,
    line: pd.Series | None = None,
) -> pd.DataFrame:
    files = [landing.name(entity, one) for one in day]
    lines = pd.array([None] * len(files) if line is None else line.tolist(), dtype="Int64")
    return pd.DataFrame(
        {
            "landed_date": pd.to_datetime([file.split("/")[1] for file in files]).date,
            "file": pd.array(files, dtype="str"),
            "entity": entity,
            "kind": kind,
            "row_count": count,
            "line": lines,
        }
    )
