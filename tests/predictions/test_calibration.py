import numpy as np
import pytest

from dmp.predictions.calibration import Calibration, calibration_bins, fit_calibration, log_odds, probability
from dmp.predictions.metrics import evaluate, expected_calibration_error, lift, lift_curve


def test_scores_stay_between_zero_and_one_however_sure_the_model():
    scores = Calibration(slope=3.0, intercept=-1.0).score(np.array([-1e9, -5.0, 0.0, 5.0, 1e9]))
    assert np.all((scores > 0) & (scores < 1))
    assert np.all(np.isfinite(log_odds(scores)))


def test_an_overconfident_model_is_pulled_back_to_the_observed_rates():
    generator = np.random.default_rng(1)
    truth = generator.normal(size=4000)
    labels = (generator.random(4000) < probability(truth)).astype(int)
    calibration = fit_calibration(3 * truth + 1, labels)
    assert calibration.slope == pytest.approx(1 / 3, abs=0.05)
    assert expected_calibration_error(labels, calibration.score(3 * truth + 1)) < 0.03


def test_equal_scores_share_a_bin():
    bins = calibration_bins(np.array([0, 1, 1, 0]), np.array([0.5, 0.5, 0.5, 0.5]))
    assert bins.to_dict("records") == [{"bin": 1, "mean_score": 0.5, "observed_rate": 0.5, "person_count": 4}]


def test_bins_hold_every_person_once():
    scores = np.linspace(0.01, 0.99, 95)
    assert calibration_bins(np.arange(95) % 2, scores)["person_count"].sum() == 95


def test_lift_is_the_rate_among_the_best_over_the_rate_of_all():
    labels, scores = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]), np.arange(10)[::-1] / 10
    assert lift(labels, scores, 0.1) == pytest.approx(5.0)
    assert lift_curve(labels, scores)["lift"].iloc[-1] == pytest.approx(1.0)


def test_a_constant_score_has_no_lift_whatever_the_order_of_people():
    assert lift(np.array([1, 1, 0, 0]), np.full(4, 0.3), 0.25) == pytest.approx(1.0)


def test_a_perfect_score_is_reported_as_perfect():
    report = evaluate(np.array([0, 0, 1, 1]), np.array([0.001, 0.001, 0.999, 0.999]))
    assert report["auc"] == report["pr_auc"] == 1.0
    assert report["ece"] == pytest.approx(0.001)
