"""What one policy's log says of another, beside what that other's own log shows.

    python -m benchmarks.off_policy [--data FOLDER] [--json]

Open Bandit Dataset, small: two policies ran at once on the same pages, so the own click rate of one is the truth for
estimates from the other, but for its noise. `plain` takes the log's mean as it is, as a report without propensities
would.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd

from dmp.experiments.off_policy import observed, off_policy_estimates
from dmp.experiments.target_policies import UNIFORM, logged_policy, uniform_policy

FOLDER = Path(os.environ.get("DMP_DATA", "../shared/data")) / "open_bandit_small"
FEATURES = [f"user_feature_{number}" for number in range(4)]
# Log, target, and whose own clicks are the target's: the random policy is the uniform one.
PAIRS = (("random", "bts", "bts"), ("bts", UNIFORM, "random"))


def main() -> None:
    """Print one line per campaign, pair of policies and estimator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for row in rows(given.data):
        print(json.dumps(row) if given.json else _line(row), flush=True)


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return the figures: click rates an impression with 95 % intervals, and seconds a pair."""
    found = []
    for campaign in ("men", "women"):
        logs = {policy: read_log(folder, policy, campaign) for policy in ("random", "bts")}
        everything = pd.concat([log.assign(policy=policy) for policy, log in logs.items()])
        for logged, target, owner in PAIRS:
            begun = perf_counter()
            policy = uniform_policy(everything) if target == UNIFORM else logged_policy(everything, target)
            estimates = off_policy_estimates(logs[logged], policy, FEATURES)
            seconds = perf_counter() - begun
            plain = observed(logs[logged], "outcome").assign(estimator="plain")
            own = observed(logs[owner], "outcome").iloc[0]
            for row in pd.concat([plain, estimates]).to_dict("records"):
                found.append(_figure(f"{campaign}: {logged} -> {target}", row, own, seconds))
    return found


def read_log(folder: Path, policy: str, campaign: str) -> pd.DataFrame:
    """Return the impressions of one policy on one campaign's page; each is of another visitor."""
    table = pd.read_parquet(folder / f"{policy}_{campaign}.parquet")
    return pd.DataFrame(
        {
            "placement": campaign,
            "position": table["position"],
            "item_id": table["item_id"].astype(str),
            "propensity": table["propensity_score"],
            "outcome": table["click"].astype(float),
            "cluster": table["orig_index"],
            **{name: table[name] for name in FEATURES},
        }
    )


def _figure(name: str, row: dict[str, Any], own: pd.Series, seconds: float) -> dict[str, Any]:
    is_told = row["status"] == "estimated"
    return {
        "name": name,
        "estimator": row["estimator"],
        "value": round(row["value"], 5) if is_told else None,
        "low": round(row["low"], 5) if is_told else None,
        "high": round(row["high"], 5) if is_told else None,
        "own_rate": round(own["value"], 5),
        "own_rate_low": round(own["low"], 5),
        "own_rate_high": round(own["high"], 5),
        "holds_own_rate": bool(row["low"] <= own["value"] <= row["high"]) if is_told else None,
        "effective_count": round(row["effective_count"]),
        "reason": row["reason"] if isinstance(row["reason"], str) else None,
        "seconds": round(seconds, 2),
    }


def _line(row: dict[str, Any]) -> str:
    told = (
        f"{row['value']:.5f} [{row['low']:.5f}, {row['high']:.5f}]"
        if row["value"] is not None
        else row["reason"]
    )
    own = f"own {row['own_rate']:.5f} [{row['own_rate_low']:.5f}, {row['own_rate_high']:.5f}]"
    return f"{row['name']:26} {row['estimator']:6} {told}  {own}  ESS {row['effective_count']}  {row['seconds']} s"


if __name__ == "__main__":
    main()
