"""The one recipe for every table of subjects: members, weights and calibration, all from held-out answers inside."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.blend import Blend
from dmp.predictions.calibration import fit_calibration, log_odds
from dmp.predictions.candidates.bagged_trees import BaggedTrees
from dmp.predictions.candidates.candidate import Candidate, FittedCandidate, Question
from dmp.predictions.candidates.curves import Curves
from dmp.predictions.candidates.naive_rate import NaiveRate
from dmp.predictions.subjects.folds import Fold

# Small leaves and steps for tables with weak effects, larger trees for those with strong ones, and splits at random
# places, which keep best what carries over to later months.
MEMBERS: tuple[Candidate, ...] = (
    Curves(),
    BaggedTrees(
        "small_trees",
        {
            "num_leaves": 6, "learning_rate": 0.05, "feature_fraction": 0.3, "bagging_fraction": 0.7,
            "bagging_freq": 1, "min_data_in_leaf": 20, "lambda_l2": 5.0,
        },
        round_count=150,
    ),
    BaggedTrees(
        "large_trees",
        {
            "num_leaves": 12, "learning_rate": 0.03, "feature_fraction_bynode": 0.3, "min_data_in_leaf": 10,
            "lambda_l2": 5.0,
        },
        round_count=250,
    ),
    BaggedTrees(
        "random_trees",
        {
            "num_leaves": 31, "learning_rate": 0.05, "feature_fraction": 0.5, "bagging_fraction": 0.7,
            "bagging_freq": 1, "min_data_in_leaf": 10, "lambda_l2": 5.0, "extra_trees": True,
        },
        round_count=150,
    ),
)  # fmt: skip
BY_NAME: dict[str, Candidate] = {member.name: member for member in (*MEMBERS, NaiveRate())}
# Pulls weights towards equal ones, in nats per row: related members would else trade weights at random.
EVEN = 0.0005


@dataclass(frozen=True)
class LearnedSubjects:
    """The blend, and what it says of rows that its parts had not seen: places of the rows and probabilities."""

    blend: Blend
    places: np.ndarray
    held_out: np.ndarray


def question_of(features: Sequence[str]) -> Question:
    """Return the question about a subject's label."""
    return Question(tuple(features), horizon_days=0, answer="chance")


def learn_subjects(
    rows: pd.DataFrame, features: Sequence[str], folds: Sequence[Fold], threads: int
) -> LearnedSubjects:
    """Fit every member, weigh them and calibrate the blend by what they say of the held-out rows of `folds`.

    `rows` all have a label. Raises NotLearnable where no member can be fitted.
    """
    question = question_of(features)
    with ThreadPoolExecutor(threads) as pool:
        jobs = [
            pool.submit(_fitted_and_held_out, member, rows, question, fold)
            for member in MEMBERS
            for fold in (None, *folds)
        ]
        answers = [job.result() for job in jobs]
    places = np.concatenate([fold.held_out for fold in folds])
    per_member = [answers[at : at + len(folds) + 1] for at in range(0, len(answers), len(folds) + 1)]
    held_out = np.column_stack([np.concatenate(said[1:]) for said in per_member])
    labels = rows["label"].to_numpy()[places]
    weights = stacked_weights(held_out, labels)
    calibration = fit_calibration(held_out @ weights, labels)
    blend = Blend(
        answer="chance",
        members=tuple(said[0] for said in per_member),
        weights=tuple(map(float, weights)),
        prior=float(log_odds(labels.mean())),
        shrinkage=0.0,
        calibration=calibration,
    )
    return LearnedSubjects(blend, places, calibration.score(held_out @ weights))


def stacked_weights(held_out: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return weights >= 0 of columns of log-odds with the least log-loss (stacking: Breiman 1996, section 3)."""
    from scipy.optimize import minimize

    count = held_out.shape[1]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = held_out @ weights[:count] + weights[count]
        chance = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
        uneven = weights[:count] - 1 / count
        missed = np.logaddexp(0.0, odds) - labels * odds
        slope = held_out.T @ (chance - labels) / len(labels) + EVEN * uneven
        return float(missed.mean() + EVEN / 2 * (uneven @ uneven)), np.append(slope, (chance - labels).mean())

    start = np.append(np.full(count, 1 / count), 0.0)
    bounds = [(0.0, None)] * count + [(None, None)]
    weights = np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x[:count])
    return weights if weights.sum() > 0 else np.full(count, 1 / count)


def _fitted_and_held_out(member: Candidate, rows: pd.DataFrame, question: Question, fold: Fold | None) -> Any:
    """Return the member fitted on all rows or, with a fold, its log-odds of the rows that are held out."""
    if fold is None:
        return member.fit(rows, question)
    settle = getattr(member, "settled", None)
    once = settle(None) if settle else member
    fitted: FittedCandidate = once.fit(rows.iloc[fold.learned], question)
    return fitted.predict(rows.iloc[fold.held_out])
