"""How good scores are on people and days that no model saw; it knows labels and scores only."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.predictions.calibration import calibration_bins


def evaluate(labels: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Return the metrics of probabilities against 0/1 labels of both classes.

    auc, pr_auc (average precision), log_loss (nats), ece (expected calibration error over equal-count bins:
    Naeini et al. 2015, section 3, with the bins of Nguyen and O'Connor 2015), top_tenth_lift, base_rate,
    mean_score.
    """
    from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

    return {
        "auc": float(roc_auc_score(labels, scores)),
        "pr_auc": float(average_precision_score(labels, scores)),
        "log_loss": float(log_loss(labels, scores, labels=[0, 1])),
        "ece": expected_calibration_error(labels, scores),
        "top_tenth_lift": lift(labels, scores, 0.1),
        "base_rate": float(labels.mean()),
        "mean_score": float(scores.mean()),
    }


def evaluate_amounts(labels: np.ndarray, amounts: np.ndarray) -> dict[str, float]:
    """Return the metrics of expected amounts against what came.

    rmse and mae in the label's unit; total_ratio: sum of the amounts over the sum of the labels; rank_correlation
    (Spearman; 0 where all amounts are equal); mean_label, mean_amount.
    """
    ranks = [pd.Series(values).rank() for values in (labels, amounts)]
    varied = all(rank.nunique() > 1 for rank in ranks)
    return {
        "rmse": float(np.sqrt(np.mean((labels - amounts) ** 2))),
        "mae": float(np.mean(np.abs(labels - amounts))),
        "total_ratio": float(amounts.sum() / labels.sum()) if labels.sum() else float("nan"),
        "rank_correlation": float(ranks[0].corr(ranks[1])) if varied else 0.0,
        "mean_label": float(labels.mean()),
        "mean_amount": float(amounts.mean()),
    }


def expected_calibration_error(labels: np.ndarray, scores: np.ndarray) -> float:
    """Return the mean distance between score and observed rate over the bins, weighted by people."""
    bins = calibration_bins(labels, scores)
    distance = (bins["mean_score"] - bins["observed_rate"]).abs()
    return float(np.average(distance, weights=bins["person_count"]))


def lift(labels: np.ndarray, scores: np.ndarray, share: float) -> float:
    """Return the rate among the best `share` of people over the rate of all; ties count with their mean."""
    taken = max(1, round(len(scores) * share))
    threshold = np.sort(scores)[-taken]
    above, tied = scores > threshold, scores == threshold
    hits = labels[above].sum() + labels[tied].mean() * (taken - above.sum())
    return float(hits / taken / labels.mean())


def lift_curve(labels: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    """Return share (0.05 .. 1 of people, best first) and lift."""
    shares = np.arange(1, 21) / 20
    return pd.DataFrame({"share": shares, "lift": [lift(labels, scores, share) for share in shares]})
