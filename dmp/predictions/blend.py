"""Several candidates as one model: weights, a prior for people of whom little is known, and calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.predictions.calibration import (
    Calibration,
    fit_calibration,
    fit_factor,
    log_odds,
    probability,
)
from dmp.predictions.candidates.candidate import FittedCandidate
from dmp.predictions.learning import Learned

# Base rates drift: calibration error 0.053 with the newest month, 0.060 with all cuts.
CALIBRATION_CUT_COUNT = 2
EVIDENCE = "active_day_count_life"
SHRINKAGES = (0.0, 1.0, 3.0, 10.0)
EVEN = (
    0.02  # pull towards equal weights, in nats per row: related candidates would else trade weights at random
)
PRIOR, CALIBRATED = "(people alike)", "(calibration)"
# What fits into the processor's cache: a million people at once cost half as much again, and gigabytes.
ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Blend:
    """What is published of a target: `weights` over `members`, then shrinkage, then calibration.

    Members speak log-odds of a chance and plain numbers of an amount. A person with n active days keeps the share
    n / (n + shrinkage) of the members' answer; the rest is `prior`, the rate of all.
    """

    answer: str
    members: tuple[FittedCandidate, ...]
    weights: tuple[float, ...]
    prior: float
    shrinkage: float
    calibration: Calibration

    def raw(self, table: pd.DataFrame) -> np.ndarray:
        """Return what is calibrated: log-odds or an amount."""
        answers = np.zeros(len(table))
        for first in range(0, len(table), ROWS_AT_ONCE):
            some = slice(first, first + ROWS_AT_ONCE)
            for weight, member in zip(self.weights, self.members, strict=True):
                answers[some] += weight * member.predict(table.iloc[some])
        return shrunk(answers, table, self.prior, self.shrinkage)

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return the published number: a probability, or an amount that is finite and not negative."""
        raw = self.raw(table)
        if self.answer == "chance":
            return self.calibration.score(raw)
        return np.maximum(self.calibration.slope * raw, 0.0)

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return one column per part; rows sum to the log-odds of `predict` (of an amount: to the amount)."""
        kept = kept_share(table, self.shrinkage)
        summed: dict[str, np.ndarray] = {}
        for weight, member in zip(self.weights, self.members, strict=True):
            for name, part in member.parts(table).items():
                summed[str(name)] = summed.get(str(name), 0.0) + weight * kept * part.to_numpy()
        if self.shrinkage > 0:
            summed[PRIOR] = (1 - kept) * self.prior
        published = self.predict(table)
        goal = log_odds(published) if self.answer == "chance" else published
        return pd.DataFrame({**summed, CALIBRATED: goal - self.raw(table)}, index=table.index)


def kept_share(table: pd.DataFrame, shrinkage: float) -> np.ndarray:
    """Return how much of the members' answer each row keeps, 0..1."""
    if shrinkage == 0 or EVIDENCE not in table:
        return np.ones(len(table))
    days = table[EVIDENCE].fillna(0).to_numpy(dtype="float64")
    return days / (days + shrinkage)


def shrunk(answers: np.ndarray, table: pd.DataFrame, prior: float, shrinkage: float) -> np.ndarray:
    """Return the answers drawn towards `prior`, the more the fewer active days a row has."""
    kept = kept_share(table, shrinkage)
    return kept * answers + (1 - kept) * prior


def blend(rows: pd.DataFrame, learned: Mapping[str, Learned], names: Sequence[str], answer: str) -> Blend:
    """Return the blend of the candidates `names`; all choices use answers about people who were held out."""
    held_out = np.column_stack([learned[name].held_out for name in names])
    labels = rows["label"].to_numpy(dtype="float64")
    weights = np.ones(1) if len(names) == 1 else _weights(held_out, labels, answer)
    answers = held_out @ weights
    mean = float(labels.mean())
    prior = float(log_odds(np.array(mean))) if answer == "chance" else mean
    shrinkage = (
        _shrinkage(answers, rows, labels, prior) if answer == "chance" and names != ["naive_rate"] else 0.0
    )
    raw = shrunk(answers, rows, prior, shrinkage)
    newest = _newest(rows, labels)
    fit = fit_calibration if answer == "chance" else fit_factor
    return Blend(
        answer,
        tuple(learned[name].fitted for name in names),
        tuple(float(weight) for weight in weights),
        prior,
        shrinkage,
        fit(raw[newest], labels[newest]),
    )


def held_out_answers(
    rows: pd.DataFrame, learned: Mapping[str, Learned], names: Sequence[str], model: Blend
) -> np.ndarray:
    """Return the published numbers that `model` would have given to people whom its members had not seen."""
    answers = np.column_stack([learned[name].held_out for name in names]) @ np.array(model.weights)
    raw = shrunk(answers, rows, model.prior, model.shrinkage)
    return (
        model.calibration.score(raw)
        if model.answer == "chance"
        else np.maximum(model.calibration.slope * raw, 0.0)
    )


def log_loss_of(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """Return the loss of each row, in nats."""
    kept = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return -(labels * np.log(kept) + (1 - labels) * np.log1p(-kept))


def _weights(held_out: np.ndarray, labels: np.ndarray, answer: str) -> np.ndarray:
    """Weights >= 0 with the least loss on held-out people (stacking, Wolpert 1992; Breiman 1996, section 3)."""
    from scipy.optimize import minimize, nnls

    count = held_out.shape[1]
    if answer == "amount":
        return np.asarray(nnls(held_out, labels)[0])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        chance = probability(held_out @ weights[:count] + weights[count])
        uneven = weights[:count] - 1 / count
        gradient = np.append(
            held_out.T @ (chance - labels) / len(labels) + EVEN * uneven, (chance - labels).mean()
        )
        return float(log_loss_of(labels, chance).mean() + EVEN / 2 * (uneven @ uneven)), gradient

    start = np.append(np.full(count, 1 / count), 0.0)
    bounds = [(0.0, None)] * count + [(None, None)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:count])


def _shrinkage(answers: np.ndarray, rows: pd.DataFrame, labels: np.ndarray, prior: float) -> float:
    """The strength with the least log-loss; none unless it helps by more than a ten-thousandth of a nat."""
    losses = {
        strength: float(log_loss_of(labels, probability(shrunk(answers, rows, prior, strength))).mean())
        for strength in SHRINKAGES
    }
    best = min(losses, key=lambda strength: losses[strength])
    return best if losses[best] < losses[0.0] - 1e-4 else 0.0


def _newest(rows: pd.DataFrame, labels: np.ndarray) -> np.ndarray:
    """Which rows are of the newest cuts; all of them where those hold one kind of label only."""
    if "as_of_date" not in rows:
        return np.ones(len(rows), dtype=bool)
    newest = sorted(rows["as_of_date"].unique())[-CALIBRATION_CUT_COUNT:]
    is_newest = rows["as_of_date"].isin(newest).to_numpy()
    return is_newest if len(set(labels[is_newest] > 0)) == 2 else np.ones(len(rows), dtype=bool)
