import numpy as np
import pandas as pd
import pytest

from dmp.predictions.candidates.linear import Line
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.boosted_hazard import BoostedHazard
from dmp.predictions.timing.boosted_risk import BoostedRisk, RiskSets, partial_likelihood
from dmp.predictions.timing.periods import STEPS, cut_into_periods
from dmp.predictions.timing.proportional_hazards import ProportionalHazards
from dmp.predictions.timing.two_part import TwoParts

EDGES = np.array(STEPS)
GRID = np.arange(0.0, 183.0, 7.0)
HAZARDS = [ProportionalHazards(), BoostedHazard(), BoostedRisk()]


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
    asked = waits.drop_duplicates("x").sort_values("x")
    trees, cox = (
        one.fit(waits, ["x"], EDGES).curves(asked, GRID) for one in (BoostedHazard(), ProportionalHazards())
    )
    assert trees.happened_by(14.0) == pytest.approx([0.08, 0.5], abs=0.06)
    assert trees.happened_by(140.0) == pytest.approx([0.87, 0.5], abs=0.08)
    assert np.sign(np.diff(cox.happened_by(14.0))) == np.sign(np.diff(cox.happened_by(140.0)))


def slow_loss(line, entry, exits, is_observed):
    """Minus the logarithm of the partial likelihood, by its definition (Breslow's for equal days)."""
    loss = 0.0
    for person in np.flatnonzero(is_observed):
        day = exits[person]
        at_risk = (entry < day) & (exits >= day)
        loss -= line[person] - np.log(np.exp(line[at_risk]).sum())
    return loss


def test_the_gradient_of_the_trees_is_that_of_the_partial_likelihood_with_late_entry():
    generator = np.random.default_rng(0)
    entry = generator.integers(0, 8, 40).astype(float)
    exits, is_observed = entry + generator.integers(1, 9, 40), generator.random(40) < 0.7
    line = generator.normal(size=40)
    gradient, _ = partial_likelihood(RiskSets.of(entry, exits, is_observed), is_observed)(line, None)
    for person in range(40):
        step = np.zeros(40)
        step[person] = 1e-5
        up, down = (slow_loss(line + change, entry, exits, is_observed) for change in (step, -step))
        assert gradient[person] == pytest.approx((up - down) / 2e-5, abs=1e-4)


def gone_or_going(people: int = 4000) -> pd.DataFrame:
    """Half of those with a high `idle` have gone by the first day; who has not, goes at a rate that `cross` raises."""
    generator = np.random.default_rng(8)
    idle, cross = generator.normal(size=people), generator.normal(size=people)
    has_gone = generator.random(people) < 1 / (1 + np.exp(-2 * idle))
    wait = np.where(has_gone, 1.0, 1 + generator.exponential(100 / np.exp(cross)))
    return pd.DataFrame(
        {
            "idle": idle, "cross": cross, "entry_days": 0.0, "exit_days": np.minimum(wait, 91),
            "is_observed": wait <= 91, "stratum": 0,
        }
    )  # fmt: skip


def test_who_has_gone_and_who_will_go_are_told_apart():
    waits, edges = gone_or_going(), np.unique([0.0, *(1 + EDGES)])
    two = TwoParts("two", Line("logistic"), ProportionalHazards())
    fitted = two.fit(waits, ["cross", "idle"], edges)
    grid = np.array([0.0, 1.0, 31.0, 91.0])
    asked = pd.DataFrame(
        {"idle": [1.0, 1.0, -1.0], "cross": [-1.0, 1.0, 1.0], "entry_days": 0.0, "stratum": 0}
    )
    chances = fitted.curves(asked, grid).survival
    gone = 1 - chances[:, 1]
    assert gone == pytest.approx([0.88, 0.88, 0.12], abs=0.06)
    going = 1 - chances[:, 2] / chances[:, 1]
    assert going == pytest.approx(1 - np.exp(-0.3 * np.exp([-1.0, 1.0, 1.0])), abs=0.1)
    again = two.load(fitted.files())
    np.testing.assert_array_equal(again.curves(asked, grid).survival, chances)
