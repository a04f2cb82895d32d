"""Whether a representation earns its place, on two tasks beside what needs none; which one should be in use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.vectors.catalogue import REPRESENTATIONS
from dmp.vectors.representation import Representation
from dmp.vectors.trial import Trial, trial_of
from dmp.vectors.trial_tasks import lookalike, next_purchase

TASKS = {"next_purchase": (next_purchase, "group_shares"), "lookalike": (lookalike, "cosine_tf_idf")}


def vector_trials(
    connection: duckdb.DuckDBPyConnection,
    last_day: date,
    days: int,
    representations: Sequence[Representation] = REPRESENTATIONS,
) -> pd.DataFrame:
    """Return one row per task and contender, the plain one first: figures, gain over the plain one, verdict.

    `gain`: mean over groups of the area under the ROC curve less that of the plain contender, with its standard error;
    `verdict`: plain, gain (more than the standard error) or no gain. `is_chosen`: the representation that should be in
    use by both tasks. Nothing but the facts as known decides: the same rows for the same warehouse.
    """
    from threadpoolctl import threadpool_limits

    # Numbers of one thread do not depend on how many there are.
    with threadpool_limits(1):
        trial = trial_of(connection, last_day, days)
        judged = {task: judge(trial, representations) for task, (judge, _) in TASKS.items()}
    names = [one.name for one in representations]
    areas = pd.concat(
        {
            task: rows.pivot(index="group_name", columns="contender", values="auc")
            for task, rows in judged.items()
        }
    )
    chosen = simplest_unbeaten(areas[names])
    return pd.concat(
        [_summary(trial, task, rows, chosen) for task, rows in judged.items()], ignore_index=True
    )


def simplest_unbeaten(areas: pd.DataFrame) -> str:
    """Return the first column that the best one on average does not beat by more than the standard error.

    `areas`: one row per task and group, one column per representation, the simplest first.
    """
    behind = -areas.sub(areas[str(areas.mean().idxmax())], axis=0)
    return str((behind.mean() <= behind.sem()).idxmax())


def _summary(trial: Trial, task: str, rows: pd.DataFrame, chosen: str) -> pd.DataFrame:
    plain = TASKS[task][1]
    areas = rows.pivot(index="group_name", columns="contender", values="auc")
    gains = areas.sub(areas[plain], axis=0)
    figures = rows.drop(columns="group_name").groupby("contender", sort=False).mean().reset_index()
    gain, error = (figures["contender"].map(one) for one in (gains.mean(), gains.sem()))
    verdict = np.select([figures["contender"] == plain, gain > error], ["plain", "gain"], "no gain")
    facts: dict[str, Any] = {
        "task": task,
        "cut": trial.later.cut,
        "window_days": trial.days,
        "person_count": len(trial.later.people),
        "group_count": len(trial.groups),
    }
    return figures.assign(
        **facts, gain=gain, gain_error=error, verdict=verdict, is_chosen=figures["contender"] == chosen
    )
