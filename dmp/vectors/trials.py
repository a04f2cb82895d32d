"""Whether a representation earns its place, on three tasks beside what needs none; which one is best for each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.vectors.catalogue import INSTALLED
from dmp.vectors.representation import Representation
from dmp.vectors.trial import Contender, Trial, contender, trial_of
from dmp.vectors.trial_recall import recall
from dmp.vectors.trial_tasks import lookalike, next_purchase


@dataclass(frozen=True)
class Task:
    """`judge` gives a row per contender and case; `plain` is the contender without vectors, `score` the one figure."""

    name: str
    judge: Callable[[Trial, Sequence[Contender]], pd.DataFrame]
    plain: str
    score: str


TASKS = (
    Task("next_purchase", next_purchase, "group_shares", "auc"),
    Task("lookalike", lookalike, "cosine_tf_idf", "auc"),
    Task("recall", recall, "popularity", "ndcg"),
)


def vector_trials(
    connection: duckdb.DuckDBPyConnection,
    last_day: date,
    days: int,
    representations: Sequence[Representation] = INSTALLED,
) -> pd.DataFrame:
    """Return one row per task and contender, the plain one first: figures, gain over the plain one, verdict.

    `gain`: mean over the cases (groups of items; for recall, buyers) of the task's score less that of the plain
    contender, with its standard error; `verdict`: plain, gain (more than the standard error) or no gain. `is_chosen`:
    the simplest representation that the best does not beat. The same rows for the same warehouse.
    """
    from threadpoolctl import threadpool_limits

    # Numbers of one thread do not depend on how many there are.
    with threadpool_limits(1):
        trial = trial_of(connection, last_day, days)
        contenders = [contender(trial, one) for one in representations]
        judged = [(task, task.judge(trial, contenders)) for task in TASKS]
    return pd.concat([_summary(trial, task, rows) for task, rows in judged], ignore_index=True)


def simplest_unbeaten(scores: pd.DataFrame) -> str:
    """Return the first column that the best one on average does not beat by more than the standard error.

    `scores`: one row per case, one column per representation, the simplest first.
    """
    behind = -scores.sub(scores[str(scores.mean().idxmax())], axis=0)
    return str((behind.mean() <= behind.sem()).idxmax())


def _summary(trial: Trial, task: Task, rows: pd.DataFrame) -> pd.DataFrame:
    scores = rows.pivot(index="case", columns="contender", values=task.score)[rows["contender"].unique()]
    gains = scores.sub(scores[task.plain], axis=0)
    figures = rows.drop(columns="case").groupby("contender", sort=False).mean().reset_index()
    gain, error = (figures["contender"].map(one) for one in (gains.mean(), gains.sem()))
    verdict = np.select([figures["contender"] == task.plain, gain > error], ["plain", "gain"], "no gain")
    chosen = simplest_unbeaten(scores.drop(columns=task.plain))
    facts: dict[str, Any] = {
        "task": task.name,
        "cut": trial.later.cut,
        "window_days": trial.days,
        "person_count": len(trial.later.people),
        "case_count": len(scores),
    }
    return figures.assign(
        **facts, gain=gain, gain_error=error, verdict=verdict, is_chosen=figures["contender"] == chosen
    )
