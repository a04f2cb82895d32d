"""Models of rhythm as candidates: alone, beside features, stored, explained, and on bad input."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pandas as pd
import pytest
from histories_drawn import drawn_people

from dmp.predictions.calibration import probability
from dmp.predictions.candidates.boosted_trees import BoostedTrees
from dmp.predictions.candidates.candidate import Candidate, Question
from dmp.predictions.candidates.linear import Line
from dmp.predictions.candidates.rhythm import Rhythm
from dmp.predictions.candidates.with_rhythm import WithRhythm
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.learning import learn

FEATURES = ("purchase_day_count_life", "first_purchase_days", "purchase_recency_days", "purchase_amount_life")
BUYS = Question(FEATURES, 90, "chance")
BUYS_NOTHING = Question(FEATURES, 90, "chance", is_counted_when=False)
ORDERS = Question(FEATURES, 90, "amount", "orders")
SPEND = Question(FEATURES, 90, "amount", "spend")
CANDIDATES: tuple[Candidate, ...] = (
    Rhythm("bg_nbd"),
    Rhythm("mbg_nbd"),
    Rhythm("pareto_nbd"),
    WithRhythm("line_with_rhythm", Line("line")),
    WithRhythm("trees_with_rhythm", BoostedTrees()),
)
NAMES = [candidate.name for candidate in CANDIDATES]


def people(question: Question, count: int = 1500) -> pd.DataFrame:
    """Drawn people as rows of user_metrics; every tenth has bought nothing yet."""
    histories, later = drawn_people("first", count, age=200.0, ahead=90.0)
    amount = 20.0 * (histories.repeats + 1) * np.random.default_rng(1).gamma(4, 0.25, count)
    rows = pd.DataFrame(
        {
            "as_of_date": pd.Timestamp(date(2024, 3, 31)),
            "user_key": np.arange(count) * 7919,
            "purchase_day_count_life": histories.repeats + 1,
            "first_purchase_days": histories.age,
            "purchase_recency_days": histories.age - histories.last,
            "purchase_amount_life": amount,
        }
    )
    rows.loc[::10, "purchase_day_count_life"] = 0
    rows.loc[::10, ["first_purchase_days", "purchase_recency_days"]] = np.nan
    rows.loc[::10, "purchase_amount_life"] = 0.0
    if question.answer == "chance":
        return rows.assign(label=(later > 0) == question.is_counted_when)
    return rows.assign(label=later * (20.0 if question.measure == "spend" else 1.0))


@pytest.mark.parametrize(
    "question", [BUYS, BUYS_NOTHING, ORDERS, SPEND], ids=["buys", "not", "orders", "spend"]
)
@pytest.mark.parametrize("candidate", CANDIDATES, ids=NAMES)
def test_what_is_stored_answers_the_same_and_parts_sum_to_the_answer(
    candidate: Candidate, question: Question
) -> None:
    rows = people(question)
    fitted = candidate.fit(rows, question)
    answers = fitted.predict(rows)
    files = fitted.files()
    assert candidate.fit(rows, question).files() == files
    assert np.array_equal(candidate.load(files).predict(rows), answers)
    assert fitted.parts(rows).sum(axis=1).to_numpy() == pytest.approx(answers, abs=1e-9)
    assert np.isfinite(answers).all()
    assert question.answer == "chance" or (answers >= 0).all()


@pytest.mark.parametrize("name", ["bg_nbd", "mbg_nbd", "pareto_nbd"])
def test_chances_of_nothing_are_those_of_something_turned_round(name: str) -> None:
    buys, nothing = Rhythm(name).fit(people(BUYS), BUYS), Rhythm(name).fit(people(BUYS_NOTHING), BUYS_NOTHING)
    rows = people(BUYS).query("purchase_day_count_life > 0")
    assert buys.predict(rows) == pytest.approx(-nothing.predict(rows))


def test_answers_of_a_rhythm_meet_what_came() -> None:
    rows = people(ORDERS, 6000)
    orders = Rhythm("mbg_nbd").fit(rows, ORDERS).predict(rows)
    buyers = rows["purchase_day_count_life"] > 0
    assert orders[buyers].mean() == pytest.approx(rows.loc[buyers, "label"].mean(), rel=0.1)
    spend = Rhythm("mbg_nbd").fit(people(SPEND, 6000), SPEND).predict(people(SPEND, 6000))
    assert spend[buyers].mean() == pytest.approx(20 * rows.loc[buyers, "label"].mean(), rel=0.15)


@pytest.mark.parametrize("name", ["mbg_nbd", "pareto_nbd"])
def test_asked_of_recent_buyers_alone_it_still_knows_that_people_leave(name: str) -> None:
    everybody = people(BUYS_NOTHING, 6000).query("purchase_day_count_life > 0")
    recent = everybody[everybody["purchase_recency_days"] < 60]
    left = recent["label"].mean()
    alone = probability(Rhythm(name).fit(recent, BUYS_NOTHING).predict(recent)).mean()
    told = Rhythm(name).knowing(everybody.drop(columns="label"), BUYS_NOTHING).fit(recent, BUYS_NOTHING)
    assert abs(probability(told.predict(recent)).mean() - left) < 0.025 < abs(alone - left)


@pytest.mark.parametrize(
    "candidate", [*CANDIDATES, BoostedTrees("started", start=Rhythm("pareto_nbd"))], ids=[*NAMES, "started"]
)
def test_held_out_people_are_answered_by_the_model_of_all_customers(candidate: Candidate) -> None:
    everybody = people(BUYS).query("purchase_day_count_life > 0")
    recent = everybody[everybody["purchase_recency_days"] < 60]
    with ThreadPoolExecutor(1) as pool:
        alone, told = (
            learn(recent, BUYS, [candidate], pool, known)[candidate.name] for known in (None, everybody)
        )
    assert not np.allclose(alone.held_out, told.held_out)
    assert not np.allclose(alone.fitted.predict(recent), told.fitted.predict(recent))


def test_a_busy_season_raises_the_rate() -> None:
    rows = people(ORDERS).query("purchase_day_count_life > 0")
    fitted = Rhythm("pareto_nbd").fit(rows, ORDERS)
    assert fitted.predict(rows.assign(season_factor=1.5)) == pytest.approx(1.5 * fitted.predict(rows))


@pytest.mark.parametrize("candidate", CANDIDATES, ids=NAMES)
def test_infinities_impossible_histories_and_missing_values_still_get_an_answer(candidate: Candidate) -> None:
    rows = people(SPEND)
    fitted = candidate.fit(rows, SPEND)
    odd = rows.head(6).copy()
    odd["purchase_amount_life"] = [np.inf, -5.0, np.nan, 1e12, 0.0, 1.0]
    odd["purchase_recency_days"] = [500.0, -3.0, np.nan, np.inf, 0.0, 10.0]
    odd["first_purchase_days"] = [10.0, np.nan, 5.0, 100.0, 0.0, -1.0]
    answers = fitted.predict(odd)
    assert np.isfinite(answers).all()
    assert (answers >= 0).all()
    assert len(fitted.predict(odd.head(0))) == 0


@pytest.mark.parametrize("candidate", CANDIDATES, ids=NAMES)
def test_without_purchases_or_a_horizon_it_says_why_it_cannot_learn(candidate: Candidate) -> None:
    rows = people(BUYS).assign(
        purchase_day_count_life=0, first_purchase_days=np.nan, purchase_recency_days=np.nan
    )
    with pytest.raises(NotLearnable, match="nobody has bought"):
        candidate.fit(rows, BUYS)
    with pytest.raises(NotLearnable, match="horizon"):
        candidate.fit(people(BUYS), Question(FEATURES, 0, "chance"))
