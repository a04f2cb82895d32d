"""The figures of a table of subjects in a home, as a table for people."""

from __future__ import annotations

import pandas as pd

from dmp.predictions.subjects.backtest import backtest
from dmp.predictions.subjects.rows import read_rows
from dmp.predictions.subjects.targets import BY_NAME
from dmp.settings import DmpError, Home
from dmp.warehouse import connect

SHOWN = ("auc", "pr_auc", "log_loss", "ece", "repeat_ece", "least_repeat_ece", "top_tenth_lift")


def measured(home: Home, target: str) -> pd.DataFrame:
    """Return `backtest` of a target of subjects in a home that has been run. Raises DmpError where it has no rows."""
    if not home.warehouse.exists():
        raise DmpError(f"{home.root} holds no warehouse: `dmp import`, then `dmp run --home {home.root}`")
    settings = home.settings()
    with connect(home, settings, read_only=True) as connection:
        rows = read_rows(connection, BY_NAME[target])
    if rows.empty:
        raise DmpError(f"{home.root} holds no rows of {BY_NAME[target].table}")
    return backtest(rows, BY_NAME[target], settings.threads)


def printed(found: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return the heading and one line per split and model, the least log-loss of a split first."""
    wide = found.pivot_table(index=["split", "model"], columns="metric", values="value").reset_index()
    names = [name for name in SHOWN if name in wide]
    lines = wide.sort_values(["split", "log_loss", "model"])
    rows = [
        [line["split"], line["model"], *(_figure(line[name]) for name in names)]
        for _, line in lines.iterrows()
    ]
    return ["split", "model", *names], rows


def _figure(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.4f}"
