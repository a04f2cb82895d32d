"""Whether the people scored now are still those learned from, and whether what came still fits; nothing is relearned.

Population stability index: Siddiqi 2006, "Credit Risk Scorecards", chapter 9. Its usual limits (0.1, 0.25) ignore how
many people were counted, so the limit here is what random halves of the same people show, and at least 0.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

TENTHS = np.linspace(0, 1, 11)[1:-1]
SMALLEST_SHARE = 1e-4
SMALLEST_LIMIT = 0.1
HALVES = 20
SEED = 7
# They grow with the log whoever comes, so a difference says nothing about the people.
GROWING = ("tenure_days", "first_purchase_days")
COLUMNS = ["kind", "feature", "value", "limit_value", "is_drift"]


@dataclass(frozen=True)
class Reference:
    """Per feature: the edges of its tenths at the newest training cut, the share in each, and the limit of its index.

    The last share is that of undefined values.
    """

    edges: dict[str, tuple[float, ...]]
    shares: dict[str, tuple[float, ...]]
    limits: dict[str, float]

    @classmethod
    def of(cls, rows: pd.DataFrame, features: Sequence[str]) -> Reference:
        """Return the reference of the newest cut among training rows."""
        newest = rows[rows["as_of_date"] == rows["as_of_date"].max()]
        edges, shares, limits = {}, {}, {}
        for name in features:
            if name in GROWING or name.endswith("_life"):
                continue
            values = newest[name].to_numpy(dtype="float64")
            known = values[np.isfinite(values)]
            cuts = np.unique(np.quantile(known, TENTHS)) if len(known) else np.zeros(0)
            edges[name] = tuple(map(float, cuts))
            shares[name] = tuple(map(float, _shares(values, cuts)))
            limits[name] = max(SMALLEST_LIMIT, _limit_of_halves(values, cuts))
        return cls(edges, shares, limits)


def stability_index(expected: np.ndarray, actual: np.ndarray) -> float:
    """Return the index of two lists of shares: 0 where they are equal."""
    first, second = np.maximum(expected, SMALLEST_SHARE), np.maximum(actual, SMALLEST_SHARE)
    return float(((second - first) * np.log(second / first)).sum())


def input_drift(reference: Reference, people: pd.DataFrame) -> pd.DataFrame:
    """Return COLUMNS, one row per feature: its index among `people` against the reference."""
    rows: list[dict[str, Any]] = []
    for name, edges in reference.edges.items():
        shares = _shares(people[name].to_numpy(dtype="float64"), np.array(edges))
        value = stability_index(np.array(reference.shares[name]), shares) if len(people) else 0.0
        limit = reference.limits[name]
        rows.append(
            {
                "kind": "input",
                "feature": name,
                "value": value,
                "limit_value": limit,
                "is_drift": value > limit,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def outcome_drift(training: pd.DataFrame, test: pd.DataFrame, answers: np.ndarray) -> pd.DataFrame:
    """Return COLUMNS, two rows: label (mean after the cut) and calibration (mean answer less mean label).

    The label's `value` is how many standard errors the test window lies from the training cuts, whose own spread from
    week to week counts as error; that of calibration, how many standard errors of the test labels. Three are the limit.
    """
    labels = test["label"].to_numpy(dtype="float64")
    error = labels.std() / np.sqrt(len(labels))
    by_cut = training.groupby("as_of_date")["label"].mean()
    spread = float(np.hypot(by_cut.std(ddof=0), error))
    label = abs(labels.mean() - by_cut.mean()) / max(spread, 1e-9)
    calibration = abs(answers.mean() - labels.mean()) / max(float(error), 1e-9)
    return pd.DataFrame(
        [
            {
                "kind": kind,
                "feature": None,
                "value": float(value),
                "limit_value": 3.0,
                "is_drift": value > 3.0,
            }
            for kind, value in (("label", label), ("calibration", calibration))
        ],
        columns=COLUMNS,
    )


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    known = values[np.isfinite(values)]
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return np.append(counts, len(values) - len(known)) / max(len(values), 1)


def _limit_of_halves(values: np.ndarray, edges: np.ndarray) -> float:
    """The largest index between random halves of the same people."""
    generator = np.random.default_rng(SEED)
    found = [0.0]
    for _ in range(HALVES if len(values) > 1 else 0):
        mixed = generator.permutation(values)
        half = len(mixed) // 2
        found.append(stability_index(_shares(mixed[:half], edges), _shares(mixed[half:], edges)))
    return max(found)
