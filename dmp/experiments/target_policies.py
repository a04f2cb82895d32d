"""Policies to be judged, as tables: how likely each item is in each place, for everybody or for one person."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from dmp.experiments.weights import PLACE
from dmp.settings import SettingsError

UNIFORM = "uniform"


def logged_policy(impressions: pd.DataFrame, policy: str) -> pd.DataFrame:
    """Return a policy as its own log shows it: the share of each item in each place, whoever looked.

    What it did by person is averaged out, and its shares carry the noise of that log.
    """
    own = impressions[impressions["policy"] == policy]
    counts = own.groupby([*PLACE, "item_id"], sort=True).size().rename("count").reset_index()
    counts["probability"] = counts["count"] / counts.groupby(PLACE)["count"].transform("sum")
    return counts[[*PLACE, "item_id", "probability"]]


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
