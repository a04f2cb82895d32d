"""Every candidate fitted on the same rows, and its answers about people it had not seen; nothing is chosen here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Candidate, FittedCandidate, Question
from dmp.predictions.cuts import NotLearnable

FOLD_COUNT = 2  # three cost half as much again


@dataclass(frozen=True)
class Learned:
    """One candidate: fitted on all rows, and per row the answer of a fit that left that person out."""

    fitted: FittedCandidate
    held_out: np.ndarray


def folds_of_people(rows: pd.DataFrame) -> np.ndarray:
    """Return the fold (0 .. FOLD_COUNT - 1) of each row; all rows of a person are in one."""
    return np.unique(rows["user_key"].to_numpy(), return_inverse=True)[1] % FOLD_COUNT


def learn(
    rows: pd.DataFrame,
    question: Question,
    candidates: Sequence[Candidate],
    pool: Executor,
    customers: pd.DataFrame | None = None,
) -> dict[str, Learned]:
    """Fit each candidate that can answer; one that says NotLearnable is left out. The pool changes no number.

    `customers`: metrics of everybody who had bought by the day of learning, asked about or not, without labels.
    """
    able = [candidate for candidate in candidates if question.answer in candidate.answers]
    fitted = _kept(able, pool.map(lambda candidate: _attempt(candidate, rows, question, customers), able))
    fold = folds_of_people(rows)
    jobs = [
        (name, number, rows[fold != number], rows[fold == number])
        for name in fitted
        for number in range(FOLD_COUNT)
    ]
    by_name = {
        candidate.name: _settled(candidate, fitted[candidate.name])
        for candidate in able
        if candidate.name in fitted
    }
    answers = pool.map(lambda job: _answer_about(by_name[job[0]], job[2], job[3], question), jobs)
    held_out = {name: np.full(len(rows), np.nan) for name in fitted}
    for (name, number, *_), answer in zip(jobs, answers, strict=True):
        held_out[name][fold == number] = answer
    return {
        name: Learned(model, held_out[name])
        for name, model in fitted.items()
        if np.isfinite(held_out[name]).all()
    }


def _attempt(
    candidate: Candidate, rows: pd.DataFrame, question: Question, customers: pd.DataFrame | None = None
) -> FittedCandidate | None:
    know: Callable[..., Candidate] | None = getattr(candidate, "knowing", None)
    try:
        able = candidate if know is None or customers is None else know(customers, question)
        return able.fit(rows, question)
    except NotLearnable:
        return None


def _kept(
    candidates: Iterable[Candidate], fitted: Iterable[FittedCandidate | None]
) -> dict[str, FittedCandidate]:
    pairs = zip(candidates, fitted, strict=True)
    return {candidate.name: model for candidate, model in pairs if model is not None}


def _settled(candidate: Candidate, fitted: FittedCandidate) -> Candidate:
    """The search is not repeated per fold: its choice of size hardly depends on one person."""
    settle: Callable[[Any], Candidate] | None = getattr(candidate, "settled", None)
    return settle(fitted) if settle else candidate


def _answer_about(
    candidate: Candidate, rows: pd.DataFrame, others: pd.DataFrame, question: Question
) -> np.ndarray:
    model = _attempt(candidate, rows, question)
    return np.full(len(others), np.nan) if model is None else model.predict(others)
