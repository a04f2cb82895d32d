"""What cleaning does to the built-in shop and to online_retail, and whether its promises hold there.

    python -m benchmarks.proofs.cleaning

DMP_DATA names the folder with the real data; without it only the shop is looked at.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from dmp.cleaning.commands import read_report
from dmp.cleaning.fitting import update_parameters
from dmp.cleaning.rules import FEATURES, load_rules
from dmp.cleaning.scaling import unscaled
from dmp.cleaning.trial import cleaned_again
from dmp.defs.running import run_pending
from dmp.landing.importing import import_source
from dmp.pending import pending_days
from dmp.settings import PROJECT, Home
from dmp.warehouse import connect
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

# Bounds inside what people do, so that each action changes many cells of either source.
STRICTER: dict[str, dict[str, Any]] = {
    "purchase_amount_cap": {"upper_bound": 100.0},
    "purchase_amount_median": {"is_on": True},
    "item_price_domain": {"upper_bound": 5.0, "action": "clip"},
    "customer_children_mode": {"is_on": True},
}
FACTS = """
SELECT 'int_events' AS fact, source || ':' || event_id AS row_id, amount, quantity, rating FROM {0}.int_events
UNION ALL BY NAME
SELECT 'int_items' AS fact, concat_ws(':', source_file, source_line, item_id) AS row_id, price_amount, stock_quantity
FROM {0}.int_items
UNION ALL BY NAME
SELECT 'int_customers' AS fact, concat_ws(':', source_file, source_line) AS row_id, birth_year, children_count
FROM {0}.int_customers
"""
CHANGED_ROWS = f"""
SELECT count(*) FROM (
    (FROM ({FACTS.format("recorded.intermediate")})) EXCEPT ALL (FROM ({FACTS.format("intermediate")}))
)
"""
TRACED_ROWS = """
SELECT count(DISTINCT (table_name, row_id)) FROM intermediate.cleaning_changes WHERE is_changed
"""
LEARNED = "FROM intermediate.cleaning_parameters WHERE fitted_on <= ? ORDER BY ALL"
MIDDLE_CUT = "SELECT quantile_disc(DISTINCT fitted_on, 0.5) FROM intermediate.cleaning_parameters"
KINDS = (
    "SELECT missing_kind, count(*) FROM intermediate.int_missing_answers WHERE column_name IN {} GROUP BY ALL"
)
ASKED = "('gender', 'birth_year', 'occupation', 'income_band', 'children_count')"


def rows() -> list[dict[str, Any]]:
    """Return every figure; `reached` is None where a figure has no goal."""
    with tempfile.TemporaryDirectory() as folder:
        homes = dict(_homes(Path(folder)))
        found = [_row("catalogue", "rules", len(load_rules()))]
        for name, home in homes.items():
            found += [*_by_method(name, home), *_restored(name, home, Path(folder) / f"{name}_again")]
            found += [_canary(name, home), _inverse(name, home)]
        return [*found, *_missing(homes["shop"])]


def _row(name: str, metric: str, value: float, goal: float | None = None) -> dict[str, Any]:
    reached = None if goal is None else value == goal
    return {"name": name, "metric": metric, "value": value, "peer": None, "goal": goal, "reached": reached}


def _homes(folder: Path) -> Iterator[tuple[str, Home]]:
    shop = Home.at(folder / "shop")
    write_world(shop.landing, shop.truth, people=300, days=200, seed=7, dirt=Dirt.light())
    homes = {"shop": shop}
    data = Path(os.environ.get("DMP_DATA", PROJECT.parent / "shared" / "data"))
    if data.is_dir():
        homes["online_retail"] = Home.at(folder / "online_retail")
        import_source("online_retail", data / "online_retail", homes["online_retail"].landing)
    for name, home in homes.items():
        pending = pending_days(home)
        if pending is None or not run_pending(home, pending, lambda step: None).is_success:
            raise SystemExit(f"the run of {name} failed")
        yield name, home


def _by_method(name: str, home: Home) -> Iterator[dict[str, Any]]:
    totals: dict[str, np.ndarray] = {}
    for row in read_report(home):
        totals[row[3]] = totals.get(row[3], np.zeros(3, dtype=np.int64)) + np.array(row[-3:])
    for method, counts in totals.items():
        for metric, count in zip(("examined", "flagged", "changed"), counts, strict=True):
            yield _row(f"{name}: {method}", f"cells {metric}", int(count))


def _restored(name: str, home: Home, folder: Path) -> Iterator[dict[str, Any]]:
    """Clean by stricter rules and then by none: rows that differ from the recorded ones, and their traces."""
    stricter = [rule.model_copy(update=STRICTER.get(rule.rule_id, {})) for rule in load_rules()]
    off = [rule.model_copy(update={"is_on": False}) for rule in load_rules()]
    for state, rules in {"stricter rules": stricter, "every rule off": off}.items():
        place = folder / state.replace(" ", "_")
        place.mkdir(parents=True)
        again = cleaned_again(home, rules, place)
        with duckdb.connect(str(again.warehouse), read_only=True) as connection:
            connection.execute(f"ATTACH '{home.warehouse}' AS recorded (READ_ONLY)")
            (changed,) = connection.execute(CHANGED_ROWS).fetchall()[0]
            (traced,) = connection.execute(TRACED_ROWS).fetchall()[0]
        yield _row(f"{name}: {state}", "rows changed", changed, None if rules is stricter else 0)
        yield _row(f"{name}: {state}", "rows changed without a trace", changed - traced, 0)


def _canary(name: str, home: Home) -> dict[str, Any]:
    """Multiply every value that landed after a cut by a thousand and fit anew: what moves up to that cut."""
    with connect(home, home.settings()) as connection:
        connection.begin()
        ((cut,),) = connection.execute(MIDDLE_CUT).fetchall()
        before = connection.execute(LEARNED, [cut]).fetchall()
        connection.execute(
            "UPDATE intermediate.int_cells_examined SET value = value * 1000 WHERE landed_date > ?", [cut]
        )
        ((first,),) = connection.execute("SELECT min(landed_date) FROM raw.landed_files").fetchall()
        update_parameters(connection, load_rules(), first)
        after = connection.execute(LEARNED, [cut]).fetchall()
        connection.rollback()
    return _row(f"{name}: canary after {cut}", "parameters moved", len(set(before) ^ set(after)), 0)


def _inverse(name: str, home: Home) -> dict[str, Any]:
    with connect(home, home.settings(), read_only=True) as connection:
        features = connection.execute("FROM profiles.user_features").df()
        learned = connection.execute("FROM profiles.feature_parameters").df()
    wrong = 0
    for rule in (rule for rule in load_rules() if rule.table_name == FEATURES and rule.action == "scale"):
        own = learned[learned["rule_id"] == rule.rule_id]
        # Where nothing was known to learn from (online_retail knows no ages) nothing is scaled.
        scaled = features.dropna(subset=f"{rule.column_name}_scaled")
        parameters = dict(zip(own["parameter"], own["value"], strict=True)) or {"centre": 0.0, "spread": 1.0}
        back = unscaled(
            scaled[f"{rule.column_name}_scaled"].to_numpy(), rule.method, parameters, rule.decimals or 0
        )
        wrong += int((back != scaled[rule.column_name].to_numpy()).sum())
    return _row(f"{name}: inverse of scaling", "cells not given back", wrong, 0)


def _missing(home: Home) -> Iterator[dict[str, Any]]:
    ledger = f"""
    SELECT replace(kind, 'missing_', ''), sum(row_count)::BIGINT FROM '{home.truth / "dirt.parquet"}'
    WHERE kind LIKE 'missing_%' GROUP BY ALL ORDER BY ALL
    """
    with connect(home, home.settings(), read_only=True) as connection:
        found = dict(connection.execute(KINDS.format(ASKED)).fetchall())
        expected = connection.execute(ledger).fetchall()
    for kind, count in expected:
        yield _row(f"shop: missing, {kind}", "answers found, goal the ledger's", found.get(kind, 0), count)


if __name__ == "__main__":
    for row in rows():
        goal = (
            ""
            if row["goal"] is None
            else f"   goal {row['goal']:,}: {'reached' if row['reached'] else 'MISSED'}"
        )
        print(f"{row['name']:<45} {row['metric']:<40} {row['value']:>12,}{goal}")
