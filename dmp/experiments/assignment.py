"""Who is in which variant: a keyed hash of the person and the experiment, so that nothing has to be remembered.

Equal keys, names and salts give the same variant for ever; different experiments divide people independently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from dmp.experiments.declaration import HOLDOUT, Experiment, Experiments, Holdout

COLUMNS = {
    "as_of_date": "object", "user_key": "int64", "experiment": "str", "variant": "str", "policy": "object",
    "is_held_out": "bool",
}  # fmt: skip


def draws(home_key: bytes, name: str, user_keys: Iterable[int]) -> np.ndarray:
    """Return one number in [0, 1) a person: 8 bytes of BLAKE2b of their key, keyed by the home's key and the name."""
    key = hashlib.sha256(home_key + b"\x1fexperiment\x1f" + name.encode()).digest()
    hashed = [
        hashlib.blake2b(int(one).to_bytes(8, "big", signed=True), digest_size=8, key=key).digest()
        for one in user_keys
    ]
    # 53 bits are what a float holds.
    return (np.frombuffer(b"".join(hashed), ">u8").astype(np.uint64) >> np.uint64(11)) / 2.0**53


def held_out(home_key: bytes, holdout: Holdout | None, user_keys: np.ndarray) -> np.ndarray:
    """Return whether each person is never treated."""
    if holdout is None:
        return np.zeros(len(user_keys), dtype=bool)
    return draws(home_key, f"{HOLDOUT}\x1f{holdout.salt}", user_keys) < holdout.share


def variants(home_key: bytes, experiment: Experiment, user_keys: Iterable[int]) -> np.ndarray:
    """Return the place of each person's variant among the experiment's, whoever is held out."""
    bounds = np.cumsum([variant.share for variant in experiment.variants])[:-1]
    drawn = draws(home_key, f"{experiment.name}\x1f{experiment.salt}", user_keys)
    return np.searchsorted(bounds, drawn, side="right")


def experiment_assignments(
    user_keys: Sequence[int] | np.ndarray, declared: Experiments, home_key: bytes, as_of_date: date
) -> pd.DataFrame:
    """Return one row per person and experiment that has begun, sorted by both, in COLUMNS.

    The variant of people who are held out is `holdout`; the policy that is theirs is the hold-out's, if it has one.
    """
    keys = np.sort(np.asarray(user_keys, dtype=np.int64))
    is_held = held_out(home_key, declared.holdout, keys)
    held_policy = (declared.holdout.policy or None) if declared.holdout else None
    tables = []
    for experiment in declared.begun(as_of_date):
        place = variants(home_key, experiment, keys)
        names = np.array([variant.name for variant in experiment.variants], dtype=object)
        policies = np.array([variant.policy or None for variant in experiment.variants], dtype=object)
        tables.append(
            pd.DataFrame(
                {
                    "as_of_date": as_of_date,
                    "user_key": keys,
                    "experiment": experiment.name,
                    "variant": np.where(is_held, HOLDOUT, names[place]),
                    "policy": np.where(is_held, held_policy, policies[place]),
                    "is_held_out": is_held,
                }
            )
        )
    table = pd.concat(tables or [pd.DataFrame(columns=list(COLUMNS))], ignore_index=True).astype(COLUMNS)
    return table.sort_values(["user_key", "experiment"], ignore_index=True)
