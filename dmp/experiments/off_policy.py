"""What another policy would have brought, from the log of the one that ran.

IPS: Horvitz and Thompson 1952; self-normalised (SNIPS): Swaminathan and Joachims 2015; direct method (DM) and doubly
robust (DR): Dudik, Langford and Li 2011. DR's model is fitted on other thirds of the log than the one it is applied
to (Chernozhukov et al. 2018), so its intervals need no assumption on the model.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.experiments.outcome_model import encoded, expected_outcomes, fit
from dmp.experiments.weights import LARGEST_WEIGHT, Weighed, clustered_error, reason_to_abstain, weighed

ESTIMATORS = ("ips", "snips", "dm", "dr")
FOLDS = 3
NORMAL_95 = 1.959964
COLUMNS = {
    "estimator": "str", "status": "str", "reason": "object", "value": "float64", "low": "float64",
    "high": "float64", "impression_count": "int64", "outcome_count": "int64", "effective_count": "float64",
    "covered_share": "float64", "unsupported_share": "float64", "thin_share": "float64", "weight_limit": "float64",
    "clipped_share": "float64", "mean_weight": "float64",
}  # fmt: skip


def off_policy_estimates(
    log: pd.DataFrame,
    target: pd.DataFrame,
    context_columns: list[str] | None = None,
    limit: float = LARGEST_WEIGHT,
    doubt: str | None = None,
) -> pd.DataFrame:
    """Return one row per estimator in COLUMNS: the mean outcome an impression under `target`, with a 95 % interval.

    Arguments as in `weights.weighed`; outcomes are 0 or 1. doubt: why the target itself is not what it should be, if
    something is known to be wrong with it. With it, or where support is thin, status is `abstained`, the
    reason says why, and there is no value.
    """
    found = weighed(log, target, context_columns or [], limit)
    reason = doubt or reason_to_abstain(found)
    values = dict.fromkeys(ESTIMATORS, (np.nan, np.nan)) if reason else _values(found)
    about = {
        "status": "abstained" if reason else "estimated",
        "reason": reason,
        "impression_count": len(found.log),
        "outcome_count": int(found.log["outcome"].sum()),
        "effective_count": found.effective_count,
        "covered_share": found.covered_share,
        "unsupported_share": found.unsupported_share,
        "thin_share": found.thin_share,
        "weight_limit": found.limit,
        "clipped_share": found.clipped_share,
        "mean_weight": found.mean_weight,
    }
    return _table([{**about, **_row(name, value, error)} for name, (value, error) in values.items()])


def observed(impressions: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Return one row in COLUMNS: what a policy itself brought an impression; it needs no propensity."""
    terms = impressions[outcome].to_numpy(dtype=float)
    about = {
        "status": "estimated",
        "impression_count": len(terms),
        "outcome_count": int(terms.sum()),
        "effective_count": len(terms),
        "covered_share": 1.0,
        "unsupported_share": 0.0,
        "thin_share": 0.0,
        "clipped_share": 0.0,
        "mean_weight": 1.0,
    }
    return _table([{**about, **_row("observed", *_mean(terms, impressions["cluster"]))}])


def _row(estimator: str, value: float, error: float) -> dict[str, object]:
    """Return a value with its interval: normal on the scale of logarithms, since rare outcomes err more upwards."""
    reach = np.exp(NORMAL_95 * error / value) if value > 0 else np.nan
    low, high = value / reach, value * reach
    if value <= 0:
        low, high = value - NORMAL_95 * error, value + NORMAL_95 * error
    return {"estimator": estimator, "value": value, "low": low, "high": high}


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _values(found: Weighed) -> dict[str, tuple[float, float]]:
    """Return value and standard error by estimator."""
    outcome, weight = found.log["outcome"].to_numpy(dtype=float), found.weight
    normalised = float((weight * outcome).sum() / weight.sum())
    encoding = encoded(found)
    everything = fit(found, encoding, np.arange(len(outcome)))
    residuals = weight * (outcome - normalised) / weight.mean()
    return {
        "ips": _mean(weight * outcome, found.log["cluster"]),
        "snips": (normalised, clustered_error(residuals, found.log["cluster"])),
        "dm": everything.value(found),
        "dr": _mean(_doubly_robust(found), found.log["cluster"]),
    }


def _mean(terms: np.ndarray, clusters: pd.Series) -> tuple[float, float]:
    return float(terms.mean()), clustered_error(terms - terms.mean(), clusters)


def _doubly_robust(found: Weighed) -> np.ndarray:
    """Return one term per row whose mean is the estimate; a cluster is in one fold as a whole."""
    outcome = found.log["outcome"].to_numpy(dtype=float)
    fold = pd.factorize(found.log["cluster"], sort=True)[0] % FOLDS
    encoding, terms = encoded(found), np.empty(len(outcome))
    for number in range(FOLDS):
        learned, applied = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        if len(np.unique(outcome[learned])) < 2 or not len(applied):
            learned = np.arange(len(outcome))
        model = fit(found, encoding, learned)
        expected = expected_outcomes(model, found)[applied]
        chance = model.chance(found.context[applied], found.log["item_id"].iloc[applied])
        terms[applied] = expected + found.weight[applied] * (outcome[applied] - chance)
    return terms
