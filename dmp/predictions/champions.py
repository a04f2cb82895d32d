"""The published model of a target: recipe chosen by rehearsals, vintage by the newest window, tested as it ships."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.blend import Blend, blend, log_loss_of
from dmp.predictions.calibration import calibration_bins
from dmp.predictions.candidates.candidate import Candidate, Question
from dmp.predictions.candidates.catalogue import CANDIDATES
from dmp.predictions.choice import BLEND, choose, held_out_losses, recipes, rehearse
from dmp.predictions.cuts import VINTAGE_GAP_DAYS, Cuts, NotLearnable
from dmp.predictions.dependence import partial_dependence
from dmp.predictions.drift import Reference, outcome_drift
from dmp.predictions.importance import importance
from dmp.predictions.leaks import leaks
from dmp.predictions.learning import learn
from dmp.predictions.metrics import evaluate, evaluate_amounts, lift_curve
from dmp.predictions.slices import evaluate_slices
from dmp.predictions.support import Support
from dmp.predictions.targets import Target
from dmp.predictions.training_rows import bounded, newest_at, question_of, reason_not_to_learn, rows_at

DRAWN_FEATURES, DRAWN_PEOPLE = 4, 200
IMPORTANCE_PEOPLE = 1000  # parts of trees cost 70 to 200 times a prediction


@dataclass(frozen=True)
class Champion:
    """A published model with its test results; everything that a model folder holds, nothing to execute.

    `choices`: one dict per recipe, how it did in rehearsals. `challenge`: how much less loss the new vintage had than
    the previous one on the test window, with its 95 % interval. `metrics`: one dict per (model, vintage, metric).
    `slices`: one per (slice, metric). `drift`: what came against what was learned.
    `importance`: one per feature; `dependence`: points of the largest ones. `bins`, `lift`: rows of the champion's
    curves on the test window, empty for amounts. `row_counts`: rows by part.
    """

    target: str
    version: str
    vintage: str
    recipe: str
    question: Question
    blend: Blend
    support: Support
    reference: Reference
    cuts: Cuts
    inputs_hash: str
    row_counts: dict[str, int]
    choices: list[dict[str, Any]]
    challenge: dict[str, float] | None
    metrics: list[dict[str, Any]]
    slices: list[dict[str, Any]]
    drift: list[dict[str, Any]]
    importance: list[dict[str, Any]]
    dependence: list[dict[str, Any]]
    bins: list[dict[str, Any]]
    lift: list[dict[str, Any]]

    @property
    def features(self) -> tuple[str, ...]:
        """The columns it reads, by name."""
        return self.question.features


def choose_champion(
    rows: pd.DataFrame,
    cuts: Cuts,
    target: Target,
    *,
    version: str,
    inputs_hash: str,
    threads: int,
    candidates: Sequence[Candidate] = CANDIDATES,
    customers: pd.DataFrame | None = None,
) -> Champion:
    """Learn both vintages from `rows` (one per as_of_date, user_key; see training_rows) and keep the better.

    The new vintage replaces the previous one only if its loss on the test window is not worse. `customers`: see
    known_customers; of them nothing behind the test cut is read.
    Raises NotLearnable when a window holds too few people of either kind, or a feature looks as if it knew the answer.
    """
    question = question_of(target, rows)
    new, previous, test = (rows_at(rows, days) for days in (cuts.new, cuts.previous, (cuts.test,)))
    new, previous = bounded(new), bounded(previous)
    for window, people in (("the training windows", new), ("the test window", test)):
        if reason := reason_not_to_learn(people, window):
            raise NotLearnable(reason)
    if signs := leaks(new, question.features, question.answer):
        raise NotLearnable(f"{signs[0]}; leave it out or mend its clock")
    with ThreadPoolExecutor(threads) as pool:
        losses = rehearse(rows, cuts.back_tests, question, candidates, pool, customers=customers)
        learned = learn(new, question, candidates, pool, _known_by(customers, cuts.test))
        models = {
            recipe: blend(new, learned, names, question.answer) for recipe, names in recipes(learned).items()
        }
        if losses.empty:
            losses = held_out_losses(new, learned, models, question.answer)
        recipe, choices = choose(
            losses, [candidate.name for candidate in candidates] + [BLEND], question.answer
        )
        vintages = {"new": models[recipe]}
        if not reason_not_to_learn(previous, "previous"):
            members = [one for one in candidates if one.name in recipes(learned)[recipe]]
            known = _known_by(customers, cuts.test - timedelta(days=VINTAGE_GAP_DAYS))
            relearned = learn(previous, question, members, pool, known)
            vintages["previous"] = (
                blend(previous, relearned, [*relearned], question.answer) if relearned else models[recipe]
            )
    challenge = _challenge(vintages, test)
    vintage = "previous" if challenge and challenge["mean_gain"] < 0 else "new"
    best = vintages[vintage]
    weighed = _records(importance(best, test.head(IMPORTANCE_PEOPLE)))
    answers, labels = best.predict(test), test["label"].to_numpy()
    is_chance = question.answer == "chance"
    return Champion(
        target=target.name,
        version=version,
        vintage=vintage,
        recipe=recipe,
        question=question,
        blend=best,
        support=Support.of(new, question),
        reference=Reference.of(new, question.features),
        cuts=cuts,
        inputs_hash=inputs_hash,
        row_counts={"training": len(new if vintage == "new" else previous), "test": len(test)},
        choices=_records(choices),
        challenge=challenge,
        metrics=_reported(models, vintages, recipe, test),
        slices=evaluate_slices(test, answers, question.answer),
        drift=_records(outcome_drift(new, test, answers)),
        importance=weighed,
        dependence=[
            {"feature": row["feature"], **point}
            for row in weighed[:DRAWN_FEATURES]
            for point in _records(partial_dependence(best, test.head(DRAWN_PEOPLE), row["feature"]))
        ],
        bins=_records(calibration_bins(labels, answers)) if is_chance else [],
        lift=_records(lift_curve(labels, answers)) if is_chance else [],
    )


def _known_by(customers: pd.DataFrame | None, day: date) -> pd.DataFrame | None:
    return None if customers is None else newest_at(customers, day)


def _challenge(vintages: dict[str, Blend], test: pd.DataFrame) -> dict[str, float] | None:
    """Mean loss saved by the new vintage, person by person, with its 95 % interval."""
    if "previous" not in vintages:
        return None
    losses = {name: _losses(model, test) for name, model in vintages.items()}
    gain = losses["previous"] - losses["new"]
    margin = 1.96 * float(gain.std(ddof=1)) / np.sqrt(len(gain))
    return {
        "mean_gain": float(gain.mean()),
        "lower": float(gain.mean()) - margin,
        "upper": float(gain.mean()) + margin,
    }


def _losses(model: Blend, rows: pd.DataFrame) -> np.ndarray:
    labels, answers = rows["label"].to_numpy(dtype="float64"), model.predict(rows)
    return log_loss_of(labels, answers) if model.answer == "chance" else (labels - answers) ** 2


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False)]


def _reported(
    models: dict[str, Blend], vintages: dict[str, Blend], recipe: str, test: pd.DataFrame
) -> list[dict[str, Any]]:
    """One row per recipe, vintage and metric, all on the test window."""
    tested = [(name, "new", model) for name, model in models.items()]
    tested += [(recipe, name, model) for name, model in vintages.items() if name != "new"]
    labels = test["label"].to_numpy()
    return [
        {"model": name, "vintage": vintage, "metric": metric, "value": value, "population_count": len(test)}
        for name, vintage, model in tested
        for metric, value in (evaluate if model.answer == "chance" else evaluate_amounts)(
            labels, model.predict(test)
        ).items()
    ]
