"""Which recipe is used: the simplest that no other beats in rehearsals on earlier windows; nothing is fitted here.

A recipe is one candidate alone, or the blend of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np
import pandas as pd

from dmp.predictions.blend import Blend, blend, held_out_answers, log_loss_of
from dmp.predictions.candidates.candidate import Candidate, Question
from dmp.predictions.cuts import BackTest
from dmp.predictions.learning import Learned, learn
from dmp.predictions.training_rows import newest_at, reason_not_to_learn, rows_at

BLEND = "blend"
REHEARSED_PEOPLE = 3000  # the smallest keys, a fair sample: the choice needs no more
SMALLEST_GAIN = 0.01
COLUMNS = ["recipe", "cut", "user_key", "loss"]


def recipes(learned: dict[str, Learned]) -> dict[str, list[str]]:
    """Return the members of each recipe, simplest first."""
    alone = {name: [name] for name in learned}
    members = [name for name in learned if name != "naive_rate"]
    return {**alone, BLEND: members} if len(members) > 1 else alone


def rehearse(
    rows: pd.DataFrame,
    back_tests: Sequence[BackTest],
    question: Question,
    candidates: Sequence[Candidate],
    pool: Executor,
    *,
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the loss of each recipe about each person at each back-test cut: COLUMNS.

    The loss is the log-loss (nats) of a chance, the squared error of an amount. Of `customers` (see known_customers)
    nothing behind a rehearsal's cut is read.
    """
    people = np.sort(rows["user_key"].unique())[:REHEARSED_PEOPLE]
    some = rows[rows["user_key"].isin(people)]
    tables = [pd.DataFrame(columns=COLUMNS)]
    for plan in back_tests:
        past, later = rows_at(some, plan.training), rows_at(some, (plan.cut,))
        if any(reason_not_to_learn(part, "a rehearsal") for part in (past, later)):
            continue
        known = None if customers is None else newest_at(customers, plan.cut).head(REHEARSED_PEOPLE)
        learned = learn(past, question, candidates, pool, known)
        for recipe, names in recipes(learned).items():
            answers = blend(past, learned, names, question.answer).predict(later)
            tables.append(_losses(recipe, later, answers, question.answer))
    return pd.concat(tables[1:] or tables, ignore_index=True)


def held_out_losses(
    rows: pd.DataFrame, learned: dict[str, Learned], models: dict[str, Blend], answer: str
) -> pd.DataFrame:
    """Return COLUMNS of people left out of fits on the training rows: for logs too short to rehearse."""
    tables = [
        _losses(recipe, rows, held_out_answers(rows, learned, names, models[recipe]), answer)
        for recipe, names in recipes(learned).items()
    ]
    return pd.concat(tables, ignore_index=True)


def choose(losses: pd.DataFrame, order: Sequence[str], answer: str) -> tuple[str, pd.DataFrame]:
    """Return the chosen recipe and one row per recipe: recipe, mean_loss, standard_error, cut_count, is_chosen.

    The simplest recipe (`order` has the simplest first) that is not beaten by the best one: whose loss is higher by at
    most the standard error of the difference, person by person over all cuts (Hastie, Tibshirani and Friedman 2009,
    section 7.10); of an amount, whose squared errors come from few people so that the standard error would hide
    everything, by at most a hundredth. `standard_error` is that of the difference to the best recipe.
    """
    by_person = losses.pivot_table(index="user_key", columns="recipe", values="loss", aggfunc="mean")
    cut_count = losses.groupby("recipe")["cut"].nunique()
    known = [name for name in order if name in by_person and cut_count[name] == cut_count.max()]
    best = min(known, key=lambda name: (by_person[name].mean(), known.index(name)))
    behind = {name: by_person[name] - by_person[best] for name in known}
    allowed = {
        name: _standard_error(behind[name]) if answer == "chance" else SMALLEST_GAIN * by_person[best].mean()
        for name in known
    }
    chosen = next(name for name in known if behind[name].mean() <= allowed[name])
    table = pd.DataFrame(
        {
            "recipe": known,
            "mean_loss": [float(by_person[name].mean()) for name in known],
            "standard_error": [_standard_error(behind[name]) for name in known],
            "cut_count": [int(cut_count[name]) for name in known],
            "is_chosen": [name == chosen for name in known],
        }
    )
    return chosen, table


def _standard_error(differences: pd.Series) -> float:
    return float(differences.std(ddof=1) / np.sqrt(len(differences))) if len(differences) > 1 else 0.0


def _losses(recipe: str, rows: pd.DataFrame, answers: np.ndarray, answer: str) -> pd.DataFrame:
    labels = rows["label"].to_numpy(dtype="float64")
    loss = log_loss_of(labels, answers) if answer == "chance" else (labels - answers) ** 2
    cut = rows["as_of_date"].to_numpy() if "as_of_date" in rows else pd.NaT
    return pd.DataFrame({"recipe": recipe, "cut": cut, "user_key": rows["user_key"].to_numpy(), "loss": loss})
