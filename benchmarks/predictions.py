"""How good predictions are on real data: the platform by its own path, peers on the same split in the same run.

    python -m benchmarks.predictions [PART ...] [--data ../shared/data] [--homes DIR] [--json]

Parts: cdnow, online_retail, telco_churn, online_shoppers, telco_survival. A part's home is imported and run first if it
is not there (minutes each). A part whose data are absent says so and is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import prediction_peers as peers
from dmp.predictions.back_testing import back_test, report
from dmp.predictions.targets import TARGETS
from dmp.settings import Home
from dmp.warehouse import connect

HORIZON = 90
BY_NAME = {target.name: target for target in TARGETS}
SHOPS = {"cdnow": date(1998, 4, 1), "online_retail": date(2011, 9, 10)}
SUBJECTS = ("telco_churn", "online_shoppers")
FOLDERS = {"online_shoppers": "online_shoppers_intention"}
PARTS = (*SHOPS, *SUBJECTS, "telco_survival")


@dataclass(frozen=True)
class Goal:
    """A figure to reach: `times_peer` of the best peer, or `value`; `is_least`: the smaller the better."""

    target: str
    metric: str
    value: float | None = None
    times_peer: float | None = None
    is_least: bool = True


GOALS = {
    "cdnow": (
        Goal("orders_90d", "rmse", 0.612),
        Goal("purchase_90d", "log_loss", 0.297),
        Goal("churn_90d", "auc", 0.735, is_least=False),
        Goal("churn_90d", "log_loss", 0.600),
    ),
    "online_retail": (
        Goal("orders_90d", "rmse", times_peer=0.94),
        Goal("spend_90d", "rmse", times_peer=0.87),
        Goal("churn_90d", "auc", 0.757, is_least=False),
        Goal("churn_90d", "log_loss", 0.525),
    ),
}
PURCHASES = """
SELECT user_key AS customer, event_date::TIMESTAMP AS day, sum(purchase_amount)::DOUBLE AS amount
FROM profiles.user_activity WHERE order_count > 0 GROUP BY ALL ORDER BY ALL
"""


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them without one")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--homes", type=Path, default=Path(gettempdir()) / "dmp_prediction_homes")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    libraries = ", ".join(f"{name} {version(name)}" for name in ("lightgbm", "scikit-learn", "duckdb"))
    print(f"{libraries}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", file=sys.stderr)
    for part in given.parts or PARTS:
        source = "telco_churn" if part == "telco_survival" else part
        if not (given.data / FOLDERS.get(source, source)).is_dir():
            print(f"{part}: no data in {given.data}, left out", file=sys.stderr)
            continue
        for row in _rows(part, _home(source, given.data, given.homes), given.data):
            print(json.dumps(row) if given.json else _line(row), flush=True)


def _home(source: str, data: Path, homes: Path) -> Home:
    cut = f"cuts: [{SHOPS[source]}]\n" if source in SHOPS else ""
    return home_of(source, data / FOLDERS.get(source, source), homes, cut)


def home_of(source: str, folder: Path, homes: Path, settings: str = "") -> Home:
    """Return the home of a source, imported from a folder and run if it is not there; `settings`: lines of YAML."""
    home = Home.at(homes / source)
    if not home.published.exists():
        dmp = [str(Path(sys.executable).with_name("dmp"))]
        subprocess.run(
            [*dmp, "import", source, "--from", str(folder), "--home", str(home.root)],
            check=True,
            stdout=sys.stderr,
        )
        with (home.root / "settings.yaml").open("a") as file:
            file.write(settings)
        subprocess.run([*dmp, "run", "--home", str(home.root)], check=True, stdout=sys.stderr)
    return home


def _rows(part: str, home: Home, data: Path) -> Iterator[dict[str, Any]]:
    if part in SHOPS:
        yield from _of_shop(part, home)
        return
    if part == "telco_survival":
        from benchmarks.survival_peers import rows as of_survival

        found: list[Any] = of_survival(data / "telco_churn")
    else:
        from benchmarks.subject_peers import rows as of_subjects

        found = of_subjects({part: home.root})
    names = ("name", "metric", "value", "peer", "goal", "reached")
    for row in found:
        yield dict(zip(names, row, strict=True))


def _of_shop(part: str, home: Home) -> Iterator[dict[str, Any]]:
    settings, cut = home.settings(), SHOPS[part]
    with connect(home, settings, read_only=True) as connection:
        log = connection.execute(PURCHASES).fetchdf()
        tested = {
            goal.target: back_test(connection, settings, BY_NAME[goal.target], cut) for goal in GOALS[part]
        }
    of_peers = _peers(log, pd.Timestamp(cut))
    for goal in GOALS[part]:
        champion = tested[goal.target]
        figures = report(champion).set_index("recipe")
        value = float(figures.loc[champion.recipe, goal.metric])
        pick = min if goal.is_least else max
        best, peer = pick((figure, name) for name, figure in of_peers[goal.target, goal.metric].items())
        bound = goal.value if goal.value is not None else best * (goal.times_peer or 1.0)
        yield {
            "name": f"{part} {goal.target} ({champion.recipe})",
            "metric": goal.metric,
            "value": round(value, 4),
            "peer": f"{peer} {best:.4f}",
            "goal": round(bound, 4),
            "reached": bool(value <= bound if goal.is_least else value >= bound),
        }


def _peers(log: pd.DataFrame, cut: pd.Timestamp) -> dict[tuple[str, str], dict[str, float]]:
    """Figures of each peer by target and metric, over everybody who has bought by the cut, of late for churn."""
    known = peers.histories(log, cut)
    came = peers.later(log, known.index, cut, HORIZON)
    rhythms = {name: peers.rhythm(name, known, HORIZON) for name in ("bg_nbd", "mbg_nbd", "pareto_nbd")}
    naive = peers.naive_rate(known, HORIZON)
    days = {name: table["expected_days"] for name, table in rhythms.items()} | {
        "naive rate": naive["expected_days"]
    }
    bought = (came["days"] > 0).astype(int)
    everybody, active = _is_known, _is_active
    buying = peers.logistic(log, cut, HORIZON, lambda later: later["days"] > 0, everybody)
    chances = {name: table["chance"] for name, table in rhythms.items()} | {"logistic": buying}
    recent = known.index[active(known)]
    stays_away = peers.logistic(log, cut, HORIZON, lambda later: later["days"] == 0, active)
    churns = {name: 1 - table["chance"].loc[recent] for name, table in rhythms.items()} | {
        "logistic": stays_away
    }
    away = 1 - bought.loc[recent]
    return {
        ("orders_90d", "rmse"): {name: _rmse(came["days"], one) for name, one in days.items()},
        ("spend_90d", "rmse"): {"naive rate": _rmse(came["amount"], naive["expected_amount"])},
        ("purchase_90d", "log_loss"): {name: _log_loss(bought, one) for name, one in chances.items()},
        ("churn_90d", "log_loss"): {name: _log_loss(away, one) for name, one in churns.items()},
        ("churn_90d", "auc"): {name: _auc(away, one) for name, one in churns.items()},
    }


def _is_known(known: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=known.index)


def _is_active(known: pd.DataFrame) -> pd.Series:
    return known["days_90"] > 0


def _rmse(came: pd.Series, expected: pd.Series) -> float:
    return float(np.sqrt(np.mean((came - expected.reindex(came.index)) ** 2)))


def _log_loss(came: pd.Series, chance: pd.Series) -> float:
    from sklearn.metrics import log_loss

    return float(log_loss(came, chance.reindex(came.index).clip(1e-6, 1 - 1e-6)))


def _auc(came: pd.Series, chance: pd.Series) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(came, chance.reindex(came.index)))


def _line(row: dict[str, Any]) -> str:
    verdict = "reached" if row["reached"] else "missed"
    shown = f"{row['name']:46} {row['metric']:10} {row['value']:>10}"
    return f"{shown} peer {row['peer']!s:22} goal {row['goal']}: {verdict}"


if __name__ == "__main__":
    main()
