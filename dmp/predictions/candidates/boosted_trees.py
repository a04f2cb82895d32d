"""Boosted trees (LightGBM, Ke et al. 2017), alone or started at another candidate's answer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from dmp.predictions.candidates.candidate import Candidate, FittedCandidate, Question
from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.lightgbm_settings import SAME_BYTES

# A third of the features per tree, firm leaves: on a few thousand people with 70 related metrics larger trees
# lost AUC on the window after (0.754 against 0.757, churn on Online Retail).
PARAMETERS: dict[str, Any] = {
    **SAME_BYTES,
    "feature_fraction": 0.3,
    "lambda_l2": 10.0,
    "path_smooth": 50.0,
    "max_bin": 63,
    "bin_construct_sample_cnt": 20_000,
}
LARGEST_LEAF_MINIMUM = 200
FOLD_COUNT = 4  # of people: one of them says when to stop
MAXIMUM_ROUNDS = 100
PATIENCE_ROUNDS = 10
TREES, ANSWER, OFFSET = "trees.txt", "trees.json", "offset."
AMOUNT = "(expected amount)"
LARGEST_LOG_AMOUNT = 20.0


@dataclass(frozen=True)
class Growth:
    """How trees are grown: everything that the search chose."""

    num_leaves: int
    learning_rate: float
    round_count: int

    @property
    def options(self) -> dict[str, Any]:
        """What LightGBM is told."""
        return {"num_leaves": self.num_leaves, "learning_rate": self.learning_rate}


SEARCHED = (Growth(4, 0.1, MAXIMUM_ROUNDS), Growth(12, 0.06, MAXIMUM_ROUNDS))


@dataclass(frozen=True)
class FittedTrees:
    """LightGBM's text, the columns by name and what they were started at."""

    name: str
    answer: str
    columns: FeatureColumns
    text: str
    growth: Growth
    offset: FittedCandidate | None = None

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        """Return log-odds, or the expected amount."""
        raw = self._raw(table, pred_contrib=False)
        if self.offset is not None:
            raw = raw + _start(self.offset, table, self.answer)
        return raw if self.answer == "chance" else np.exp(np.minimum(raw, LARGEST_LOG_AMOUNT))

    def parts(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return TreeSHAP parts (Lundberg et al. 2020) and those of the start; of an amount, the amount itself."""
        if self.answer == "amount":
            return pd.DataFrame({AMOUNT: self.predict(table)})
        parts = pd.DataFrame(
            self._raw(table, pred_contrib=True), columns=[*self.columns.names, "(base value)"]
        )
        return parts if self.offset is None else parts.add(self.offset.parts(table), fill_value=0.0)

    def files(self) -> dict[str, bytes]:
        """Return trees.txt, trees.json and, named offset.*, the files of the start."""
        described = {
            "name": self.name,
            "answer": self.answer,
            "numbers": self.columns.numbers,
            "levels": self.columns.levels,
            "growth": asdict(self.growth),
        }
        start = {} if self.offset is None else self.offset.files()
        return {
            TREES: self.text.encode(),
            ANSWER: json.dumps(described).encode(),
            **{OFFSET + name: content for name, content in start.items()},
        }

    def _raw(self, table: pd.DataFrame, pred_contrib: bool) -> np.ndarray:
        import lightgbm

        if not len(table):
            return np.zeros((0, len(self.columns.names) + 1) if pred_contrib else 0)
        booster = lightgbm.Booster(model_str=self.text)
        matrix = self.columns.matrix(table)
        if pred_contrib:
            return np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=1))
        return np.asarray(booster.predict(matrix, raw_score=True, num_threads=1))


@dataclass(frozen=True)
class BoostedTrees:
    """Trees on all features; `start`, if given, is fitted first and the trees learn what it leaves."""

    name: str = "lightgbm"
    start: Candidate | None = None
    growth: Growth | None = None
    answers: frozenset[str] = field(default=frozenset({"chance", "amount"}))

    def fit(self, rows: pd.DataFrame, question: Question) -> FittedTrees:
        """Search leaves, rate and rounds on a quarter of the people, then grow on all of them."""
        columns = FeatureColumns.learned_from(rows, question.features)
        offset = self.start.fit(rows, question) if self.start else None
        start = None if offset is None else _start(offset, rows, question.answer)
        data, parameters = _dataset(rows, columns, start, question)
        growth = self.growth or _searched(rows, data, parameters)
        trees = _grown(data, parameters, growth)
        return FittedTrees(self.name, question.answer, columns, trees.model_to_string(), growth, offset)

    def knowing(self, customers: pd.DataFrame, question: Question) -> BoostedTrees:
        """Return the same way, started at what all customers tell, if the start can be told of them."""
        know: Any = getattr(self.start, "knowing", None)
        return replace(self, start=know(customers, question)) if know else self

    def settled(self, fitted: FittedTrees) -> BoostedTrees:
        """Return the same way to learn, grown as `fitted` was and started as it was."""
        settle: Any = getattr(self.start, "settled", None)
        return replace(self, growth=fitted.growth, start=settle(fitted.offset) if settle else self.start)

    def load(self, files: dict[str, bytes]) -> FittedTrees:
        """Read what `files` of the fitted trees gave."""
        stored = json.loads(files[ANSWER])
        levels = {name: tuple(values) for name, values in stored["levels"].items()}
        started = {
            name.removeprefix(OFFSET): content for name, content in files.items() if name.startswith(OFFSET)
        }
        return FittedTrees(
            stored["name"],
            stored["answer"],
            FeatureColumns(tuple(stored["numbers"]), levels),
            files[TREES].decode(),
            Growth(**stored["growth"]),
            self.start.load(started) if self.start else None,
        )


def _start(offset: FittedCandidate, table: pd.DataFrame, answer: str) -> np.ndarray:
    predicted = offset.predict(table)
    return predicted if answer == "chance" else np.log(np.maximum(predicted, 1e-6))


def _dataset(
    rows: pd.DataFrame, columns: FeatureColumns, start: np.ndarray | None, question: Question
) -> tuple[Any, dict[str, Any]]:
    import lightgbm

    chance = question.answer == "chance"
    power = 1.3 if question.measure == "spend" else 1.1  # near Poisson for orders, towards Gamma for money
    objective: dict[str, Any] = (
        {"objective": "binary"} if chance else {"objective": "tweedie", "tweedie_variance_power": power}
    )
    smallest_leaf = min(LARGEST_LEAF_MINIMUM, max(5, len(rows) // 50))
    parameters = {**PARAMETERS, **objective, "min_data_in_leaf": smallest_leaf}
    data = lightgbm.Dataset(
        columns.matrix(rows),
        rows["label"].to_numpy(),
        init_score=start,
        feature_name=[_safe(name) for name in columns.names],
        categorical_feature=list(range(len(columns.numbers), len(columns.names))),
        params=parameters,
        free_raw_data=False,
    )
    return data.construct(), parameters


def _safe(name: str) -> str:
    """LightGBM's text format has no place for JSON's special characters."""
    return "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)


def _searched(rows: pd.DataFrame, data: Any, parameters: dict[str, Any]) -> Growth:
    """The growth with the least loss on the held-out people; its rounds are those of the best stop."""
    import lightgbm

    fold = np.unique(rows["user_key"].to_numpy(), return_inverse=True)[1] % FOLD_COUNT
    learned, held_out = (data.subset(np.flatnonzero(part)) for part in (fold > 0, fold == 0))
    tried: list[tuple[float, Growth]] = []
    for growth in SEARCHED:
        booster = lightgbm.train(
            {**parameters, **growth.options},
            learned,
            growth.round_count,
            valid_sets=[held_out],
            callbacks=[lightgbm.early_stopping(PATIENCE_ROUNDS, verbose=False)],
        )
        loss = next(iter(booster.best_score["valid_0"].values()))
        tried.append((loss, replace(growth, round_count=max(1, booster.best_iteration))))
    return min(tried, key=lambda one: one[0])[1]


def _grown(data: Any, parameters: dict[str, Any], growth: Growth) -> Any:
    import lightgbm

    return lightgbm.train({**parameters, **growth.options}, data, growth.round_count)
