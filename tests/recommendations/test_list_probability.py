import json

import numpy as np
import pandas as pd
import pytest

from dmp.recommendations.calibration import COUNTS, DAYS, Calibration, fit_calibration
from dmp.recommendations.calibration_check import calibration_metrics, recommendation_calibration, tenths
from dmp.recommendations.context import Context
from dmp.recommendations.held_out import HeldOut, is_apart

ROWS = 20_000


def candidates(seed: int, slope: float = 1.0) -> tuple[np.ndarray, HeldOut, np.ndarray]:
    """Return raw scores, held out candidates, and the true chance of each: people differ, and so do items."""
    random = np.random.default_rng(seed)
    raw = random.normal(size=ROWS)
    facts = pd.DataFrame({name: random.poisson(4, ROWS) for name in COUNTS}, dtype=np.float32)
    facts = facts.assign(**{name: random.integers(1, 300, ROWS).astype(np.float32) for name in DAYS})
    odds = (
        slope * raw - 4 + 1.2 * np.log1p(facts["user_purchase_day_count"]) - facts["user_recency_days"] / 200
    )
    chance = 1 / (1 + np.exp(-odds.to_numpy()))
    return raw, HeldOut(facts, random.random(ROWS) < chance), chance


def fitted(raw: np.ndarray, rows: HeldOut) -> Calibration:
    calibration = fit_calibration(raw, rows)
    assert calibration is not None
    return calibration


def test_probabilities_come_true_among_people_who_were_not_learnt_from() -> None:
    calibration = fitted(*candidates(0)[:2])
    raw, rows, _ = candidates(1)
    bins = tenths(calibration.probability(raw, rows.features), rows.is_bought)
    assert bins["candidate_count"].sum() == ROWS
    assert np.allclose(bins["mean_probability"], bins["observed_rate"], atol=0.03)
    assert bins["observed_rate"].iloc[-1] > 5 * bins["observed_rate"].iloc[0]


def test_a_person_who_buys_more_has_higher_chances_at_the_same_score() -> None:
    raw, rows, _ = candidates(0)
    calibration = fitted(raw, rows)
    two = pd.concat([rows.features.iloc[:1]] * 2, ignore_index=True)
    two["user_purchase_day_count"] = np.float32([0, 30])
    seldom, often = calibration.probability(np.zeros(2), two)
    assert often > 2 * seldom


def test_within_a_list_a_higher_score_never_has_a_lower_chance() -> None:
    raw, rows, _ = candidates(0)
    # A shop in which the middle of the scores is bought most.
    bent = HeldOut(rows.features, np.random.default_rng(5).random(ROWS) < np.exp(-((raw - 1) ** 2)) / 2)
    calibration = fitted(raw, bent)
    one = pd.concat([rows.features.iloc[:1]] * 50, ignore_index=True)
    assert (np.diff(calibration.probability(np.linspace(-4, 4, 50), one)) >= 0).all()


def test_scores_that_order_the_wrong_way_round_give_no_probability() -> None:
    raw, rows, _ = candidates(0, slope=-1)
    assert fit_calibration(raw, rows) is None


def test_too_few_purchases_give_no_probability() -> None:
    raw, rows, _ = candidates(0)
    few = np.zeros(ROWS, dtype=bool)
    few[:29] = True
    assert fit_calibration(raw, HeldOut(rows.features, few)) is None


def test_of_people_without_any_facts_no_probability_is_said() -> None:
    raw, rows, _ = candidates(0)
    facts = rows.features.assign(user_recency_days=np.float32(np.nan))
    assert np.isnan(fitted(raw, rows).probability(raw, facts)).all()


def test_numbers_read_back_from_text_give_the_same_probabilities() -> None:
    raw, rows, _ = candidates(0)
    calibration = fitted(raw, rows)
    read = Calibration.read(json.loads(json.dumps(calibration.described())))
    assert read == calibration
    assert (read.probability(raw, rows.features) == calibration.probability(raw, rows.features)).all()


def test_one_in_five_people_is_held_out_and_always_the_same_ones() -> None:
    keys = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, 10_000)
    assert is_apart(keys).mean() == pytest.approx(0.2, abs=0.02)
    assert (is_apart(keys[::-1])[::-1] == is_apart(keys)).all()


def test_the_error_is_the_mean_distance_of_expected_and_observed(context: Context) -> None:
    rows = pd.DataFrame({"probability": [0.1] * 10 + [0.5] * 10, "is_bought": [False] * 10 + [True] * 10})
    bins = recommendation_calibration(context, {"candidates": rows}, 30)
    metrics = calibration_metrics(bins, 7).set_index("metric")["value"]
    assert metrics["expected_rate"] == pytest.approx(0.3)
    assert metrics["observed_rate"] == pytest.approx(0.5)
    assert metrics["calibration_error"] == pytest.approx((0.1 + 0.5) / 2)
