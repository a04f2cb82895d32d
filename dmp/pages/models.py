"""Models: which one answers each target, how right it was, for whom, and what moves it."""

from __future__ import annotations

from typing import Any

from dmp.pages import charts
from dmp.published import Published

MODELS = """
SELECT target, status, answer, recipe, champion_vintage, trained_on, test_cut, training_row_count,
    challenge_gain, challenge_lower, challenge_upper, reason
FROM prediction_models ORDER BY target
"""
CALIBRATION = """
SELECT target, mean_score, observed_rate FROM prediction_calibration ORDER BY target, bin
"""
METRICS = """
SELECT target, model, vintage, metric, value, population_count FROM prediction_metrics
ORDER BY target, metric, value, model
"""
SLICES = """
SELECT target, slice, metric, value, person_count FROM prediction_slices ORDER BY target, slice, metric
"""
DRIFT = """
SELECT target, kind, feature, value, limit_value, is_drift FROM prediction_drift
WHERE as_of_date = (SELECT max(as_of_date) FROM prediction_drift)
ORDER BY is_drift DESC, value / nullif(limit_value, 0) DESC NULLS LAST, target, feature LIMIT 30
"""
CHOICES = """
SELECT target, recipe, mean_loss, standard_error, cut_count, is_chosen FROM prediction_choices
ORDER BY target, mean_loss, recipe
"""
IMPORTANCE = """
SELECT feature, mean(abs(contribution)) AS mean_contribution, count(*) AS person_count FROM prediction_parts
WHERE NOT starts_with(feature, '(') GROUP BY feature ORDER BY mean_contribution DESC, feature LIMIT 15
"""


def read(build: Published) -> dict[str, Any]:
    """Return champions, calibration, figures of all that competed, slices, drift and the weight of features."""
    bins = build.rows("prediction_calibration", CALIBRATION)
    importance = build.rows("prediction_parts", IMPORTANCE)
    return {
        "models": build.rows("prediction_models", MODELS),
        "calibration": charts.calibration(bins, "mean_score", "observed_rate", "target") if bins else None,
        "choices": build.rows("prediction_choices", CHOICES),
        "metrics": build.rows("prediction_metrics", METRICS),
        "slices": build.rows("prediction_slices", SLICES),
        "drift": build.rows("prediction_drift", DRIFT),
        "importance": charts.bars(importance[::-1], "feature", ["mean_contribution"], horizontal=True)
        if importance
        else None,
    }
