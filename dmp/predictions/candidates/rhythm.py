"""What a model of purchase rhythm answers: bg_nbd, mbg_nbd and pareto_nbd, each alone."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from dmp.predictions.calibration import log_odds
from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.shapley import shapley_parts
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.rhythm.gamma_gamma import GammaGamma, fit_gamma_gamma
from dmp.predictions.rhythm.histories import COUNT, FIRST, LAST, finite_column, read_histories
from dmp.predictions.rhythm.models import RhythmModel, build, fit
from dmp.predictions.season import SEASON

AMOUNT = "purchase_amount_life"
COLUMNS = (COUNT, FIRST, LAST, AMOUNT)
FITTED_PEOPLE = 10_000  # the smallest keys, a fair sample: four parameters need no more


@dataclass(frozen=True)
class FittedRhythm:
    """The model's parameters and what else the answer needs, all of it numbers.

    `never`: the answer for whoever has bought nothing yet. `reference`: the ordinary history, against which parts are
    told. `value` tells what a day of purchase is worth, for spend.
    """

    name: str
    answer: str
    measure: str
    horizon_days: float
    is_counted_when: bool
    parameters: tuple[float, ...]
    never: float
    reference: dict[str, float]
    value: GammaGamma | None = None

    @property
    def model(self) -> RhythmModel:
        """The model of these parameters."""
        return build(self.name, self.parameters)

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return log-odds, or the expected days of purchase or spend.

        `season_factor` multiplies the rate of buying, if the table has it.
        """
        histories, has_bought = read_histories(table)
        distinct, place = histories.distinct()
        bought = table.loc[has_bought]
        season = finite_column(bought, SEASON, 1.0)
        answers = np.full(len(table), self.never)
        if self.answer == "chance":
            nothing = self.model.log_no_purchase(distinct, self.horizon_days)[place] * season
            answers[has_bought] = log_odds(-np.expm1(nothing)) * (1 if self.is_counted_when else -1)
            return answers
        days = self.model.expected(distinct, self.horizon_days)[place] * season
        if self.measure == "spend":
            amount = finite_column(bought, AMOUNT, 0.0)
            days = days * (0.0 if self.value is None else self.value.expected(histories.repeats + 1, amount))
        answers[has_bought] = days
        return answers

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return what each number of the history adds to the answer for the ordinary history."""
        return shapley_parts(self.predict, table, self.reference)

    def files(self) -> dict[str, bytes]:
        """Return rhythm.json."""
        return {"rhythm.json": json.dumps(asdict(self)).encode()}


@dataclass(frozen=True)
class Rhythm:
    """Fits the model `name` to histories, unless it has `parameters`: to all customers', if it is told of them.

    Of a narrower population, such as those who bought lately, it would learn that nobody ever leaves.
    """

    name: str
    parameters: tuple[float, ...] | None = None
    value: GammaGamma | None = None
    answers: frozenset[str] = field(default=frozenset({"chance", "amount"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedRhythm:
        """Learn from rows with metrics of user_metrics; labels only tell of those who have bought nothing yet.

        Raises NotLearnable where there is no horizon, no history in the rows, or nobody has bought by any cut.
        """
        if question.horizon_days <= 0:
            raise NotLearnable(f"{self.name} needs a horizon in days, which this question does not have")
        bought = self._buyers(rows)
        able = self if self.parameters else self.knowing(rows, question)
        names = COLUMNS if _is_spend(question) else (COUNT, FIRST, LAST)
        return FittedRhythm(
            name=self.name,
            answer=question.answer,
            measure=question.measure,
            horizon_days=float(question.horizon_days),
            is_counted_when=question.is_counted_when,
            parameters=able.parameters or (),
            never=_of_those_without_history(rows, question.answer),
            reference={name: float(np.median(finite_column(bought, name, 0.0))) for name in names},
            value=able.value,
        )

    def knowing(self, customers: pd.DataFrame, question: Question) -> Rhythm:
        """Return the model fitted to the newest history of each customer; raises NotLearnable as `fit` does."""
        bought = self._buyers(customers)
        histories, _ = read_histories(bought)
        value = None
        if _is_spend(question):
            value = fit_gamma_gamma(histories.repeats + 1, finite_column(bought, AMOUNT, 0.0))
        return replace(self, parameters=fit(self.name, histories), value=value)

    def settled(self, fitted: FittedRhythm) -> Rhythm:
        """Return the model with these parameters: one person hardly moves them."""
        return replace(self, parameters=fitted.parameters, value=fitted.value)

    def load(self, files: dict[str, bytes]) -> FittedRhythm:
        """Read rhythm.json."""
        stored = json.loads(files["rhythm.json"])
        stored["parameters"] = tuple(stored["parameters"])
        stored["value"] = GammaGamma(**stored["value"]) if stored["value"] else None
        return FittedRhythm(**stored)

    def _buyers(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The newest row of each person who has bought, the smallest keys."""
        if missing := sorted({COUNT, FIRST, LAST} - set(rows.columns)):
            raise NotLearnable(f"{self.name} needs {', '.join(missing)}, which the rows do not have")
        newest = rows.sort_values(["user_key", "as_of_date"]).drop_duplicates("user_key", keep="last")
        known = newest[read_histories(newest)[1]]
        if known.empty:
            raise NotLearnable(f"{self.name} needs purchases, but nobody has bought anything by the cuts")
        return known.head(FITTED_PEOPLE)


def _is_spend(question: Question) -> bool:
    return question.answer == "amount" and question.measure == "spend"


def _of_those_without_history(rows: pd.DataFrame, answer: str) -> float:
    """The mean label of whoever had bought nothing, beside one ordinary row so that it is never without bound."""
    labels = rows["label"].to_numpy(dtype="float64")
    _, has_bought = read_histories(rows)
    mean = (labels[~has_bought].sum() + labels.mean()) / ((~has_bought).sum() + 1)
    return float(log_odds(np.array(mean))) if answer == "chance" else float(mean)
