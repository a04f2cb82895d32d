"""Facts cleaned by other rules, in a copy: what a rule would do, or what was recorded without it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pandas as pd

from dmp.cleaning.fitting import update_parameters
from dmp.cleaning.rules import Rule
from dmp.settings import Home
from dmp.transformation import build
from dmp.warehouse import connect, trial_home

CLEANED = "cleaning_changes int_cells_counted int_events int_items int_customers cleaning_accounts"
LANDED = "SELECT min(landed_date), max(landed_date) FROM raw.landed_files"


def cleaned_again(home: Home, rules: Sequence[Rule], folder: Path) -> Home:
    """Return a home in `folder` whose facts are those of `home`, every landed day cleaned anew by these rules.

    Nothing after the facts but `cleaning_accounts` is made anew. Raises DmpError where `home` has no warehouse.
    """
    trial, settings = trial_home(home, folder), home.settings()
    with connect(trial, settings) as connection:
        _write(connection, rules)
        first, last = connection.execute(LANDED).fetchall()[0]
    days = {
        "home_time_zone": settings.time_zone,
        "first_landed_date": str(first),
        "last_landed_date": str(last),
    }
    build("int_cells_examined", trial, settings, days)
    with connect(trial, settings) as connection:
        update_parameters(connection, rules, first)
    build(CLEANED, trial, settings, days)
    return trial


def _write(connection: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> None:
    rows = pd.DataFrame(
        [{**rule.model_dump(), "predictors": " ".join(rule.predictors)} for rule in rules], dtype="object"
    )
    connection.register("rules", rows)
    connection.execute("DELETE FROM staging.cleaning_rules")
    connection.execute("INSERT INTO staging.cleaning_rules BY NAME SELECT * FROM rules")
    connection.unregister("rules")
