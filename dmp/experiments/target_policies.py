"""Policies to be judged, as tables: how likely each item is in each place, for everybody or for one person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dmp.experiments.weights import PLACE
from dmp.settings import SettingsError

UNIFORM = "uniform"
# A policy whose chances for one item in one place vary by a tenth or more, and from one impression to the next as
# much as over the whole log, chooses by person (a ratio of 1); one that only learns in time has a ratio near 0.
LEAST_VARIATION, LARGEST_RATIO = 0.1, 0.5
BY_PERSON = (
    "'{policy}' chooses by person, which the shares of its log do not show: give its chances as a file"
)


def logged_policy(impressions: pd.DataFrame, policy: str) -> pd.DataFrame:
    """Return a policy as its own log shows it: the share of each item in each place, whoever looked.

    What it did by person is averaged out, and its shares carry the noise of that log.
    """
    own = impressions[impressions["policy"] == policy]
    counts = own.groupby([*PLACE, "item_id"], sort=True).size().rename("count").reset_index()
    counts["probability"] = counts["count"] / counts.groupby(PLACE)["count"].transform("sum")
    return counts[[*PLACE, "item_id", "probability"]]


def doubt_about(impressions: pd.DataFrame, policy: str) -> str | None:
    """Return why a policy's shares do not stand for it, None where they do, by its own logged propensities.

    Successive differences against the variance: von Neumann 1941.
    """
    own = impressions[(impressions["policy"] == policy) & (impressions["propensity"] > 0)]
    own = own.sort_values([*PLACE, "item_id", "shown_order"], kind="stable")
    same = own.groupby([*PLACE, "item_id"])["propensity"]
    deviation, step = own["propensity"] - same.transform("mean"), same.diff()
    variance = float(np.square(deviation).mean())
    if not variance or np.sqrt(variance) < LEAST_VARIATION * own["propensity"].mean():
        return None
    ratio = float(np.square(step).mean()) / (2 * variance)
    return BY_PERSON.format(policy=policy) if ratio > LARGEST_RATIO else None


def uniform_policy(impressions: pd.DataFrame) -> pd.DataFrame:
    """Return the policy that picks any of the items ever shown in a place with equal chance."""
    shown = impressions[[*PLACE, "item_id"]].drop_duplicates().sort_values([*PLACE, "item_id"])
    shown["probability"] = 1 / shown.groupby(PLACE)["item_id"].transform("size")
    return shown.reset_index(drop=True)


def policy_of_file(path: Path, impressions: pd.DataFrame) -> pd.DataFrame:
    """Return a policy from a CSV or Parquet file with the columns item_id and probability.

    placement, position and user_id may be there too; a policy without them is the same in every place of
    `impressions`, or for everybody. Raises SettingsError where it is no such file or a place's chances do not sum to 1.
    """
    table = _read(path)
    if missing := {"item_id", "probability"} - set(table.columns):
        raise SettingsError(f"{path} has no column {min(missing)}: a policy has item_id and probability")
    table = table.rename(columns={"user_id": "person"})
    given = [name for name in ("person", *PLACE) if name in table]
    probability = pd.to_numeric(table["probability"], errors="coerce")
    if probability.isna().any() or (probability < 0).any():
        raise SettingsError(f"{path}: every probability has to be a number from 0 to 1")
    table = table.assign(probability=probability, item_id=table["item_id"].astype(str))
    sums = table.groupby(given)["probability"].sum() if given else pd.Series([table["probability"].sum()])
    if not np.allclose(sums, 1, atol=1e-6):
        raise SettingsError(
            f"{path}: the probabilities of one place have to sum to 1, and some sum to {sums.min():g}"
        )
    places = impressions[PLACE].drop_duplicates().sort_values(PLACE)
    shared = [name for name in PLACE if name in given]
    table = table.merge(places, on=shared) if shared else table.merge(places, how="cross")
    columns = [*(["person"] if "person" in given else []), *PLACE, "item_id"]
    return table.groupby(columns, sort=True)["probability"].sum().reset_index()


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"item_id": str, "placement": str, "user_id": str})
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read as a policy: {' '.join(str(error).split())}") from error
