import numpy as np
import pandas as pd
import pytest

from dmp.predictions.candidates.feature_columns import FeatureColumns
from dmp.predictions.scores import score, withheld
from dmp.predictions.targets import TARGETS
from dmp.predictions.training_rows import feature_names
from dmp.settings import DmpError

PURCHASE_30D, CHURN_90D = TARGETS[0], TARGETS[2]


def test_the_order_of_columns_and_rows_changes_no_score(champion, today):
    mixed = today[today.columns[::-1]].sample(frac=1, random_state=4)
    pd.testing.assert_frame_equal(score(champion, mixed, PURCHASE_30D), score(champion, today, PURCHASE_30D))


def test_a_missing_metric_is_named(champion, today):
    changed = today.rename(columns={"tenure_days": "age_days"})
    with pytest.raises(DmpError, match=r"missing \['tenure_days'\]"):
        score(champion, changed, PURCHASE_30D)


def test_metrics_are_features_but_keys_dates_and_flags_are_not(rows):
    assert feature_names(rows) == (
        "active_day_count_life",
        "first_purchase_days",
        "order_count_90d",
        "order_count_life",
        "purchase_day_count_30d",
        "purchase_day_count_90d",
        "purchase_day_count_life",
        "purchase_recency_days",
        "recency_days",
        "tenure_days",
    )


def test_bands_are_fifths_and_equal_scores_share_one(champion, today):
    scores = score(champion, today, PURCHASE_30D)
    assert scores.groupby("score")["score_band"].nunique().eq(1).all()
    assert scores.groupby("score_band")["score"].min().is_monotonic_decreasing
    assert scores["score"].between(0, 1).all()
    assert scores["reason"].isna().all()


def test_who_is_outside_the_population_has_a_reason_instead_of_a_score(champion, today):
    metrics = today.assign(order_count_90d=today["order_count_90d"].where(today.index > 2, 0))
    scores = score(champion, metrics, CHURN_90D)
    outside = scores[scores["score"].isna()]
    assert len(outside) == (metrics["order_count_90d"] == 0).sum()
    assert set(outside["reason"]) == {"bought nothing in the last 90 days"}
    assert outside["score_band"].isna().all()


def test_without_a_model_everybody_has_the_reason(today):
    scores = withheld(today, PURCHASE_30D, "no positives")
    assert len(scores) == len(today)
    assert set(scores["reason"]) == {"no positives"}
    assert scores[["score", "score_band"]].isna().all(axis=None)


def test_an_undefined_and_an_infinite_metric_are_both_missing():
    table = pd.DataFrame({"user_key": [1, 2, 3], "ratio": pd.array([1.5, None, np.inf], dtype="Float64")})
    np.testing.assert_array_equal(FeatureColumns(("ratio",), {}).matrix(table)[:, 0], [1.5, np.nan, np.nan])


def test_who_is_unlike_anyone_learned_from_has_a_reason_instead_of_a_score(champion, today):
    stranger = today.assign(tenure_days=today["tenure_days"].where(today.index > 0, 90_000))
    stranger.loc[stranger.index[0], "first_purchase_days"] = 90_000
    scores = score(champion, stranger, PURCHASE_30D)
    refused = scores[scores["user_key"] == today["user_key"].iloc[0]].iloc[0]
    assert np.isnan(refused["score"])
    assert "first_purchase_days 90000" in refused["reason"]
    assert scores["score"].isna().sum() == 1
