"""Another candidate that also sees what models of purchase rhythm say about each row."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.calibration import log_odds
from dmp.predictions.candidates.candidate import Candidate, FittedCandidate, Question
from dmp.predictions.candidates.rhythm import FittedRhythm, Rhythm
from dmp.predictions.rhythm.histories import finite_column, read_histories

MODELS = ("mbg_nbd", "pareto_nbd")
FEWEST_PURCHASES = 1e-6
INSIDE, RHYTHM = "inside.", "(purchase rhythm)"


@dataclass(frozen=True)
class FittedWithRhythm:
    """The fitted candidate and the models whose answers it reads as columns."""

    name: str
    inside: FittedCandidate
    rhythms: tuple[FittedRhythm, ...]

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return the answers of the candidate inside."""
        return self.inside.predict(_widened(table, self.rhythms))

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the parts of the candidate inside; what the models say is one part."""
        parts = self.inside.parts(_widened(table, self.rhythms))
        told = [
            name for name in parts.columns if name.startswith(tuple(f"({one.name}:" for one in self.rhythms))
        ]
        return parts.drop(columns=told).assign(**{RHYTHM: parts[told].sum(axis=1)})

    def files(self) -> dict[str, bytes]:
        """Return the files of each model and of the candidate inside, under names of their own."""
        own = {
            f"{model.name}.{name}": content
            for model in self.rhythms
            for name, content in model.files().items()
        }
        return {**own, **{INSIDE + name: content for name, content in self.inside.files().items()}}


@dataclass(frozen=True)
class WithRhythm:
    """Fits the models first, then `inside` on the features and their answers."""

    name: str
    inside: Candidate
    models: tuple[Rhythm, ...] = tuple(Rhythm(name) for name in MODELS)
    answers: frozenset[str] = field(default=frozenset({"chance", "amount"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedWithRhythm:
        """Learn from rows with metrics of user_metrics; raises NotLearnable as the models and `inside` do."""
        rhythms = tuple(model.fit(rows, question) for model in self.models)
        widened = _widened(rows, rhythms)
        added = tuple(name for name in widened.columns if name not in rows.columns)
        asked = replace(question, features=(*question.features, *added))
        return FittedWithRhythm(self.name, self.inside.fit(widened, asked), rhythms)

    def knowing(self, customers: pd.DataFrame, question: Question) -> WithRhythm:
        """Return the same way with models fitted to all customers."""
        return replace(self, models=tuple(model.knowing(customers, question) for model in self.models))

    def settled(self, fitted: FittedWithRhythm) -> WithRhythm:
        """Return the same way to learn with what was searched for fixed."""
        models = tuple(model.settled(known) for model, known in zip(self.models, fitted.rhythms, strict=True))
        settle: Any = getattr(self.inside, "settled", None)
        return replace(self, models=models, inside=settle(fitted.inside) if settle else self.inside)

    def load(self, files: dict[str, bytes]) -> FittedWithRhythm:
        """Read what `files` of the fitted candidate gave."""
        rhythms = tuple(model.load(_under(f"{model.name}.", files)) for model in self.models)
        return FittedWithRhythm(self.name, self.inside.load(_under(INSIDE, files)), rhythms)


def _under(prefix: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {name.removeprefix(prefix): content for name, content in files.items() if name.startswith(prefix)}


def _widened(table: pd.DataFrame, rhythms: tuple[FittedRhythm, ...]) -> pd.DataFrame:
    """The table with three columns per model; whoever has bought nothing yet stands where the ordinary buyer does."""
    _, has_bought = read_histories(table)
    columns: dict[str, np.ndarray] = {}
    for fitted in rhythms:
        known = {name: finite_column(table, name, 0.0) for name in fitted.reference}
        history = {
            name: np.where(has_bought, known[name], ordinary) for name, ordinary in fitted.reference.items()
        }
        distinct, place = read_histories(pd.DataFrame(history))[0].distinct()
        nothing = fitted.model.log_no_purchase(distinct, fitted.horizon_days)[place]
        purchases = fitted.model.expected(distinct, fitted.horizon_days)[place]
        columns[f"({fitted.name}: buys)"] = _kept_by_logarithms(log_odds(-np.expm1(nothing)))
        columns[f"({fitted.name}: purchases)"] = _kept_by_logarithms(
            np.log(np.maximum(purchases, FEWEST_PURCHASES))
        )
        columns[f"({fitted.name}: still here)"] = fitted.model.still_here(distinct)[place]
    return table.assign(**columns)


def _kept_by_logarithms(values: np.ndarray) -> np.ndarray:
    """What has these values after sign(x) log(1 + |x|), with which a line reads its columns."""
    return np.asarray(np.sign(values) * np.expm1(np.abs(values)))
