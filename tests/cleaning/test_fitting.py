"""Which cuts a run fits: the same table whatever runs landed the days, and whatever days had no delivery."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from dmp.cleaning.fitting import update_parameters
from dmp.cleaning.rules import Rule

BASE = {
    "table_name": "int_items", "column_name": "price_amount", "rule_order": 1, "cause_code": "some",
    "rule_version": 1, "is_on": True,
}  # fmt: skip
RULES = [
    Rule.model_validate(
        {**BASE, "rule_id": "domain", "method": "range", "action": "blank", "upper_bound": 1000}
    ),
    Rule.model_validate(
        {**BASE, "rule_id": "outlier", "method": "box_plot", "action": "flag", "multiplier": 3}
    ),
    Rule.model_validate({**BASE, "rule_id": "fill", "method": "median", "action": "fill", "decimals": 2}),
]
# Three weeks of deliveries, a pause that holds two Sundays, and a week more.
DAYS = [date(2024, 1, 1) + timedelta(days=day) for day in [*range(20), *range(36, 45)]]


def learned(runs: Sequence[Sequence[date]], cells: pd.DataFrame) -> list[tuple]:
    """Return the parameters after these runs, each of which lands its days."""
    with duckdb.connect() as connection:
        rules = pd.DataFrame([rule.model_dump(exclude={"predictors"}) for rule in RULES], dtype="object")
        connection.register("rules", rules)
        connection.execute("CREATE SCHEMA raw; CREATE SCHEMA staging; CREATE SCHEMA intermediate")
        connection.execute("CREATE TABLE raw.landed_files (landed_date DATE)")
        connection.execute("CREATE TABLE staging.cleaning_rules AS SELECT * FROM rules")
        connection.execute(
            "ALTER TABLE staging.cleaning_rules ALTER source TYPE VARCHAR; "
            "ALTER TABLE staging.cleaning_rules ALTER event_type TYPE VARCHAR"
        )
        connection.execute("CREATE TABLE intermediate.int_cells_examined AS SELECT * FROM cells LIMIT 0")
        for run in runs:
            connection.executemany("INSERT INTO raw.landed_files VALUES (?)", [[day] for day in run])
            connection.execute(
                "INSERT INTO intermediate.int_cells_examined SELECT * FROM cells WHERE list_contains(?, landed_date)",
                [list(run)],
            )
            update_parameters(connection, RULES, run[0])
        return connection.execute("FROM intermediate.cleaning_parameters ORDER BY ALL").fetchall()


@pytest.fixture
def cells() -> pd.DataFrame:
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "table_name": "int_items",
            "row_id": [str(number) for number in range(900)],
            "column_name": "price_amount",
            "source": "shop",
            "event_type": pd.Series([None] * 900, dtype="str"),
            "value": random.integers(1, 400, 900) / 4,
            "landed_date": random.choice(np.array(DAYS), 900),
        }
    )


def test_days_one_by_one_in_batches_and_at_once_learn_the_same(cells: pd.DataFrame) -> None:
    at_once = learned([DAYS], cells)
    assert learned([[day] for day in DAYS], cells) == at_once
    assert learned([DAYS[:9], DAYS[9:21], DAYS[21:]], cells) == at_once
    assert len({row[2] for row in at_once}) == 6, "Sundays without a delivery are cuts too"


def test_cells_that_land_after_a_cut_change_nothing_of_it(cells: pd.DataFrame) -> None:
    cut = date(2024, 1, 14)
    canary = cells.assign(value=cells["value"].where(cells["landed_date"] <= cut, 999.0))
    before, after = learned([DAYS], cells), learned([DAYS], canary)
    assert [row for row in after if row[2] <= cut] == [row for row in before if row[2] <= cut] != []
    assert after != before


def test_what_a_fixed_range_rules_out_teaches_nothing(cells: pd.DataFrame) -> None:
    cells["value"] = cells["value"].where(cells.index % 3 > 0, 1e6)
    assert learned([DAYS], cells) == learned([DAYS], cells[cells.index % 3 > 0])
