import numpy as np
import pandas as pd
import pytest

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.boosted_hazard import BoostedHazard
from dmp.predictions.timing.measures import integrated_brier
from dmp.predictions.timing.periods import STEPS, cut_into_periods
from dmp.predictions.timing.proportional_hazards import ProportionalHazards

EDGES = np.array(STEPS)
GRID = np.arange(0.0, 183.0, 7.0)
HAZARDS = [ProportionalHazards(), BoostedHazard()]


def late_entries(people: int = 6000) -> pd.DataFrame:
    """Waits with hazard 0.02 a day until day 30 and 0.005 after, x exp(0.7 x): only those still waiting are seen."""
    generator = np.random.default_rng(2)
    x, entry = generator.normal(size=people), generator.uniform(0, 90, people)
    need = generator.exponential(size=people) / np.exp(0.7 * x)
    total = np.where(need < 0.6, need / 0.02, 30 + (need - 0.6) / 0.005)
    seen = total > entry
    end = np.minimum(total, entry + 120)
    waits = pd.DataFrame(
        {
            "user_key": np.arange(people),
            "x": x,
            "entry_days": entry,
            "exit_days": end,
            "is_observed": total <= entry + 120,
            "stratum": 0,
        }
    )
    return waits[seen].reset_index(drop=True)


def chances(fitted, x: float, entry: float, days: np.ndarray = GRID) -> np.ndarray:
    asked = pd.DataFrame({"x": [x], "entry_days": [entry], "stratum": [0], "noise": [0.0]})
    return fitted.curves(asked, days).survival[0]


def test_periods_hold_the_days_watched_and_the_event_where_it_fell():
    cut = cut_into_periods(
        np.array([3.0]), np.array([14.0]), np.array([True]), np.array([0.0, 7.0, 14.0, 21.0])
    )
    assert cut.period.tolist() == [0, 1]
    assert cut.exposure.tolist() == [4.0, 7.0]
    assert cut.event.tolist() == [False, True], "an event on an edge belongs to the period that ends there"


def test_days_watched_before_an_entry_are_not_counted():
    cut = cut_into_periods(np.array([8.0]), np.array([30.0]), np.array([False]), np.array([0.0, 7.0, 14.0]))
    assert cut.exposure.tolist() == [6.0]
    assert not cut.event.any()


def test_proportional_hazards_find_the_true_hazard_of_people_who_were_only_seen_late():
    fitted = ProportionalHazards().fit(late_entries(), ["x"], EDGES)
    truth = np.exp(-0.02 * 10), np.exp(-0.005 * 60)
    assert chances(fitted, 0.0, 5.0, np.array([0.0, 10.0]))[1] == pytest.approx(truth[0], abs=0.04)
    assert chances(fitted, 0.0, 40.0, np.array([0.0, 60.0]))[1] == pytest.approx(truth[1], abs=0.04)


def test_ignoring_the_late_entry_would_make_the_first_days_far_too_safe():
    from_start = late_entries().assign(entry_days=0.0)
    fitted = ProportionalHazards().fit(from_start, ["x"], EDGES)
    assert chances(fitted, 0.0, 0.0, np.array([0.0, 20.0]))[1] > np.exp(-0.02 * 20) + 0.1


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_a_chance_to_be_waiting_only_falls_and_starts_at_one(hazard):
    waits = late_entries(1500)
    survival = hazard.fit(waits, ["x"], EDGES).curves(waits, GRID).survival
    assert (survival[:, 0] == 1).all()
    assert (np.diff(survival, axis=1) <= 0).all()
    assert ((survival >= 0) & (survival <= 1)).all()


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_the_files_of_a_model_make_the_same_model_again(hazard):
    waits = late_entries(1500).assign(kind="a", empty=np.nan, huge=np.inf)
    fitted = hazard.fit(waits, ["empty", "huge", "kind", "x"], EDGES)
    again = hazard.load(fitted.files())
    assert again.files() == fitted.files() == hazard.fit(waits, ["empty", "huge", "kind", "x"], EDGES).files()
    strangers = waits.assign(kind="never seen", x=np.inf)
    for people in (waits, strangers, waits.iloc[:0]):
        np.testing.assert_array_equal(
            again.curves(people, GRID).survival, fitted.curves(people, GRID).survival
        )
        assert np.isfinite(again.curves(people, GRID).survival).all()


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.name)
def test_waits_none_of_which_has_ended_are_refused(hazard):
    with pytest.raises(NotLearnable, match="no wait has ended"):
        hazard.fit(late_entries(200).assign(is_observed=False), ["x"], EDGES)


def test_trees_learn_hazards_that_cross_which_proportional_ones_cannot():
    generator = np.random.default_rng(4)
    quick = generator.random(5000) < 0.5
    at_once_or_never = np.where(generator.random(5000) < 0.5, generator.uniform(1, 10, 5000), 900)
    total = np.where(quick, at_once_or_never, generator.uniform(1, 160, 5000))
    waits = pd.DataFrame(
        {
            "x": quick.astype(float),
            "entry_days": 0.0,
            "exit_days": np.minimum(total, 150),
            "is_observed": total <= 150,
            "stratum": 0,
        }
    )
    learned, test = waits[:2500], waits[2500:]
    scores = {}
    for hazard in HAZARDS:
        curves = hazard.fit(learned, ["x"], EDGES).curves(test, GRID)
        scores[hazard.name] = integrated_brier(
            test["exit_days"].to_numpy(), test["is_observed"].to_numpy(), curves, 140
        )
    assert scores["lightgbm_hazard"] < 0.985 * scores["cox"]
