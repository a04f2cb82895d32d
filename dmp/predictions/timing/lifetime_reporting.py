"""Which tables tell how long subjects stay, and the figures of their models in a home, as a table for people."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from dmp.predictions.subjects.rows import feature_names, read_rows
from dmp.predictions.subjects.targets import BY_NAME, SubjectTarget
from dmp.predictions.timing.lifetimes import backtest_lifetimes, lifetimes
from dmp.settings import DmpError, Home
from dmp.warehouse import connect

# All charges over the monthly one are the months that a customer stayed.
LIFETIMES = {"telco_survival": replace(BY_NAME["telco_churn"], left_out=("total_charges",))}


def measured(home: Home, target: str) -> pd.DataFrame:
    """Return `backtest_lifetimes` of a home that has been run. Raises DmpError where it has no rows."""
    if not home.warehouse.exists():
        raise DmpError(f"{home.root} holds no warehouse: `dmp import`, then `dmp run --home {home.root}`")
    subjects = LIFETIMES[target]
    with connect(home, home.settings(), read_only=True) as connection:
        rows = read_rows(connection, subjects)
    if rows.empty:
        raise DmpError(f"{home.root} holds no rows of {subjects.table}")
    return backtest_rows(rows, subjects)


def backtest_rows(rows: pd.DataFrame, subjects: SubjectTarget) -> pd.DataFrame:
    """Return `backtest_lifetimes` of the rows of a target that names a duration."""
    duration = str(subjects.duration)
    features = [name for name in feature_names(rows) if name != duration]
    return backtest_lifetimes(lifetimes(rows, duration), features)


def printed(found: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return the heading and one line per model, the one that orders best first."""
    wide = found.pivot_table(index="model", columns="metric", values="value").reset_index()
    lines = wide.sort_values(["concordance", "model"], ascending=[False, True])
    names = ["concordance", "integrated_brier"]
    rows = [
        [line["model"], *("" if pd.isna(line[name]) else f"{line[name]:.4f}" for name in names)]
        for _, line in lines.iterrows()
    ]
    return ["model", *names], rows
