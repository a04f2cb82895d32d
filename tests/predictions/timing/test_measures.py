import numpy as np
import pytest

from dmp.predictions.timing.adjustment import Adjustment, learn_levels, learn_spread
from dmp.predictions.timing.curves import Curves
from dmp.predictions.timing.measures import (
    concordance,
    coverage,
    coverage_of_observed,
    integrated_brier,
    kaplan_meier,
    largest_level_gap,
    step,
)

GRID = np.linspace(0.0, 182.0, 27)


def exponential_waits(people: int = 4000, spread: float = 1.0):
    """Waits at each person's own rate, censored at days of their own, and the curves of those rates to the `spread`."""
    generator = np.random.default_rng(5)
    rate = generator.choice([0.02, 0.05, 0.2], people)
    wait, censored = generator.exponential(1 / rate), generator.uniform(20, 182, people)
    curves = Curves(GRID, np.exp(-np.outer(rate, GRID)) ** spread)
    return np.minimum(wait, censored), wait <= censored, curves


def slow_concordance(waits, is_observed, sooner):
    right = pairs = 0.0
    for first in np.flatnonzero(is_observed):
        later = (waits > waits[first]) | ((waits == waits[first]) & ~is_observed)
        pairs += later.sum()
        right += (sooner[first] > sooner[later]).sum() + (sooner[first] == sooner[later]).sum() / 2
    return right / pairs


def test_kaplan_meier_counts_the_censored_as_at_risk_until_they_leave():
    times, share = kaplan_meier(np.array([1.0, 2.0, 2.0, 3.0]), np.array([True, False, True, True]))
    np.testing.assert_allclose(times, [1, 2, 3])
    np.testing.assert_allclose(share, [3 / 4, 3 / 4 * 2 / 3, 0])
    np.testing.assert_allclose(step(times, share, np.array([0.5, 2.0])), [1, 0.5])
    np.testing.assert_allclose(step(times, share, np.array([2.0]), before=True), [0.75])


def test_concordance_counts_every_known_pair_ties_as_one_half():
    generator = np.random.default_rng(1)
    waits, sooner = generator.integers(1, 20, 200).astype(float), generator.integers(0, 9, 200).astype(float)
    is_observed = generator.random(200) < 0.6
    assert concordance(waits, is_observed, sooner) == pytest.approx(
        slow_concordance(waits, is_observed, sooner)
    )


def test_concordance_without_a_known_pair_is_undefined():
    assert np.isnan(concordance(np.array([1.0, 2.0]), np.array([False, False]), np.array([1.0, 0.0])))


def test_the_true_curves_have_the_least_brier_score_though_waits_are_censored():
    scores = [integrated_brier(*exponential_waits(spread=spread), until=120) for spread in (0.6, 1.0, 1.6)]
    assert min(scores) == scores[1]


def test_censoring_does_not_move_the_brier_score():
    waits, is_observed, curves = exponential_waits()
    generator = np.random.default_rng(6)
    earlier = generator.uniform(20, 400, len(waits))
    more = integrated_brier(np.minimum(waits, earlier), is_observed & (waits <= earlier), curves, until=60)
    assert more == pytest.approx(integrated_brier(waits, is_observed, curves, until=60), abs=0.005)


def test_intervals_of_the_true_curves_hold_eight_waits_of_ten():
    assert coverage(*exponential_waits()) == pytest.approx(0.8, abs=0.02)


def test_intervals_cut_off_at_a_day_hold_eight_of_ten_of_what_happened_by_then():
    waits, is_observed, curves = exponential_waits()
    assert coverage_of_observed(waits, is_observed, curves, 20.0) == pytest.approx(0.8, abs=0.02)
    narrow = Curves(curves.days, np.where(curves.days < 10, 1.0, 1e-9) * np.ones((len(waits), 1)))
    assert coverage_of_observed(waits, is_observed, narrow, 20.0) < 0.5


def test_intervals_that_nobody_was_watched_through_have_no_coverage():
    waits, is_observed, curves = exponential_waits()
    assert np.isnan(coverage(np.minimum(waits, 5), is_observed & (waits <= 5), curves))


def test_an_adjustment_mends_curves_that_are_too_quick():
    waits, is_observed, quick = exponential_waits(spread=1.8)
    mended = learn_levels(waits[:2000], is_observed[:2000], _part(quick, slice(0, 2000)), Adjustment()).apply(
        quick
    )
    later = (waits[2000:], is_observed[2000:], _part(mended, slice(2000, None)))
    assert largest_level_gap(*later) < largest_level_gap(waits, is_observed, quick) / 3
    assert coverage(*later) == pytest.approx(0.8, abs=0.03)


def test_curves_that_are_right_are_left_alone():
    waits, is_observed, curves = exponential_waits()
    assert learn_levels(waits, is_observed, curves, Adjustment()) == Adjustment()


def test_people_who_were_told_too_much_alike_are_spread_out():
    waits, is_observed, curves = exponential_waits()
    alike = Curves(GRID, np.exp(-np.sqrt(-np.log(curves.survival[:, [-1]]) / 182) * GRID / 5))
    spread = learn_spread(waits, is_observed, alike, 56.0)
    assert spread.spread == pytest.approx(2.0, abs=0.25)
    before, after = (integrated_brier(waits, is_observed, one, 56.0) for one in (alike, spread.apply(alike)))
    assert after < before


def _part(curves: Curves, people: slice) -> Curves:
    return Curves(curves.days, curves.survival[people])
