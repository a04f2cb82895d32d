"""Cox's proportional hazards (Cox 1972), with a baseline of periods on the clock of the wait.

Fitted as the Poisson regression that has the same likelihood (Holford 1980), by scikit-learn: lifelines asks for a
pandas older than this platform's, statsmodels' PHReg walks event by event through Python and brings five more packages.
The clock starts before the cut, so people enter late: only the days after the cut are watched. People who never
bought have a baseline of their own (stratum).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.covariates import Covariates
from dmp.predictions.timing.curves import Curves
from dmp.predictions.timing.periods import cut_into_periods, event_edges

MOST_PERIODS = 12
LARGEST_LOG_RISK = 12.0  # e^12: keeps a stray person finite


@dataclass(frozen=True)
class FittedProportionalHazards:
    """Coefficients per covariate; per stratum the edges of its periods and the hazard (a day) within each."""

    name: str
    covariates: Covariates
    coefficients: tuple[float, ...]
    edges: dict[int, tuple[float, ...]]
    baseline: dict[int, tuple[float, ...]]

    def log_risk(self, people: pd.DataFrame) -> np.ndarray:
        """Return the line: the higher, the sooner."""
        line = self.covariates.matrix(people) @ np.array(self.coefficients)
        return np.clip(line, -LARGEST_LOG_RISK, LARGEST_LOG_RISK)

    def curves(self, people: pd.DataFrame, days: np.ndarray) -> Curves:
        """Return exp(-(H(entry + days) - H(entry)) x risk), H the cumulative baseline."""
        risk = np.exp(self.log_risk(people))
        entry, stratum = people["entry_days"].to_numpy(dtype="float64"), people["stratum"].to_numpy()
        hazard = np.zeros((len(people), len(days)))
        for number, edges in self.edges.items():
            inside = stratum == number
            cumulative = _Cumulative(np.array(edges), np.array(self.baseline[number]))
            start = cumulative.at(entry[inside])
            hazard[inside] = cumulative.at(entry[inside][:, None] + days) - start[:, None]
        return Curves(days, np.exp(-hazard * risk[:, None]))

    def files(self) -> dict[str, bytes]:
        """Return hazards.json."""
        return {"hazards.json": json.dumps(asdict(self)).encode()}


@dataclass(frozen=True)
class ProportionalHazards:
    """One log-linear risk per person over a baseline that all of a stratum share; `only` some features, if given.

    `ridge`: how many events half a squared coefficient weighs as much as; seventy related metrics need a firm hand.
    """

    name: str = "cox"
    only: tuple[str, ...] | None = None
    ridge: float = 20.0

    def fit(
        self, waits: pd.DataFrame, features: Sequence[str], edges: np.ndarray
    ) -> FittedProportionalHazards:
        """Learn coefficients and baselines; the periods of the clock hold equally many events each."""
        from sklearn.linear_model import PoissonRegressor

        if not waits["is_observed"].any():
            raise NotLearnable("no wait has ended yet")
        covariates = Covariates.learned_from(waits, features if self.only is None else self.only)
        clocks, table = _on_clocks(waits)
        matrix = covariates.matrix(waits)
        inputs = np.zeros((len(table), matrix.shape[1] + int(table["place"].max()) + 1))
        inputs[:, : matrix.shape[1]] = matrix[table["row"]]
        inputs[np.arange(len(table)), matrix.shape[1] + table["place"]] = 1.0
        exposure = table["exposure"].to_numpy()
        unit = float(table["event"].sum() / exposure.sum())
        model = PoissonRegressor(
            alpha=self.ridge / table["event"].sum(), solver="newton-cholesky", max_iter=50, tol=1e-6
        )
        model.fit(inputs, table["event"] / exposure / unit, sample_weight=exposure)
        shared = np.exp(model.coef_[matrix.shape[1] :] + model.intercept_) * unit
        ends = np.cumsum([len(edges_) - 1 for edges_ in clocks.values()])
        pieces = np.split(shared, ends[:-1])
        return FittedProportionalHazards(
            self.name,
            covariates,
            tuple(map(float, model.coef_[: matrix.shape[1]])),
            clocks,
            {number: tuple(map(float, piece)) for number, piece in zip(clocks, pieces, strict=True)},
        )

    def load(self, files: dict[str, bytes]) -> FittedProportionalHazards:
        """Read hazards.json."""
        stored = json.loads(files["hazards.json"])
        covariates = stored["covariates"]
        levels = {name: tuple(values) for name, values in covariates.pop("levels").items()}
        lists = {name: tuple(values) for name, values in covariates.items()}
        numbered = {
            field: {int(number): tuple(values) for number, values in stored[field].items()}
            for field in ("edges", "baseline")
        }
        return FittedProportionalHazards(
            stored["name"], Covariates(levels=levels, **lists), tuple(stored["coefficients"]), **numbered
        )


@dataclass(frozen=True)
class _Cumulative:
    """The cumulative baseline: straight within periods, going on with the last hazard behind them."""

    edges: np.ndarray
    hazard: np.ndarray

    def at(self, clock: np.ndarray) -> np.ndarray:
        sums = np.concatenate([[0.0], np.cumsum(self.hazard * np.diff(self.edges))])
        beyond = np.maximum(clock - self.edges[-1], 0) * self.hazard[-1]
        return np.interp(clock, self.edges, sums) + beyond


def _on_clocks(waits: pd.DataFrame) -> tuple[dict[int, tuple[float, ...]], pd.DataFrame]:
    """Edges of each stratum's periods; all waits cut at theirs: row, place among all periods, exposure, event."""
    entry, exits = (waits[name].to_numpy(dtype="float64") for name in ("entry_days", "exit_days"))
    is_observed, stratum = waits["is_observed"].to_numpy(dtype=bool), waits["stratum"].to_numpy()
    clocks: dict[int, tuple[float, ...]] = {}
    parts, place = [], 0
    for number in np.unique(stratum):
        rows = np.flatnonzero(stratum == number)
        edges = _edges(entry[rows], exits[rows], is_observed[rows])
        cut = cut_into_periods(entry[rows], exits[rows], is_observed[rows], edges)
        columns = {"row": rows[cut.row], "place": place + cut.period, "exposure": cut.exposure}
        parts.append(pd.DataFrame({**columns, "event": cut.event.astype(float)}))
        clocks[int(number)] = tuple(map(float, edges))
        place += len(edges) - 1
    return clocks, pd.concat(parts, ignore_index=True)


def _edges(entry: np.ndarray, exits: np.ndarray, is_observed: np.ndarray) -> np.ndarray:
    """Periods with equally many events, the first long enough that somebody was watched in it."""
    if not is_observed.any():
        return np.array([0.0, exits.max()])
    edges = event_edges(exits, is_observed, MOST_PERIODS)
    return np.unique(np.concatenate([[0.0], edges[edges > entry.min()]]))
