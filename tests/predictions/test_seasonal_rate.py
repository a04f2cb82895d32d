"""Everybody's rate with the season: better than the plain rate before a busy month, absent where no season is known."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.calibration import probability
from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.naive_rate import NaiveRate
from dmp.predictions.candidates.seasonal_rate import SeasonalRate
from dmp.predictions.cuts import NotLearnable

QUESTION = Question((), 30, "chance", is_seasonal=True)
SPRING, NOVEMBER = date(2024, 4, 7), date(2024, 11, 24)


def rows(cut: date, season: float, people: int = 4000) -> pd.DataFrame:
    """People of whom each buys 0.2 times in an ordinary month."""
    generator = np.random.default_rng(cut.toordinal())
    bought = generator.poisson(0.2 * season, people)
    keys = np.arange(people)
    return pd.DataFrame({"as_of_date": cut, "user_key": keys, "label": bought, "season_factor": season})


@pytest.mark.parametrize("is_counted_when", [True, False])
def test_before_a_busy_month_it_foretells_more_buyers_than_the_plain_rate(is_counted_when: bool) -> None:
    question = Question((), 30, "chance", is_counted_when=is_counted_when, is_seasonal=True)
    learned, ahead = (
        table.assign(label=(table["label"] > 0) == is_counted_when)
        for table in (rows(SPRING, 0.8), rows(NOVEMBER, 2.0))
    )
    came = ahead["label"].mean()
    seasonal = probability(SeasonalRate().fit(learned, question).predict(ahead)).mean()
    plain = probability(NaiveRate().fit(learned, question).predict(ahead)).mean()
    assert seasonal == pytest.approx(came, abs=0.02)
    assert abs(plain - came) > 0.1


def test_amounts_grow_with_the_season_and_parts_sum_to_the_answer() -> None:
    question = Question((), 30, "amount", is_seasonal=True)
    ahead = rows(NOVEMBER, 2.0)
    for asked in (question, QUESTION):
        learned = rows(SPRING, 0.8)
        if asked.answer == "chance":
            learned = learned.assign(label=learned["label"] > 0)
        fitted = SeasonalRate().fit(learned, asked)
        assert fitted.parts(ahead).sum(axis=1).to_numpy() == pytest.approx(fitted.predict(ahead), abs=1e-12)
        assert SeasonalRate().load(fitted.files()) == fitted
    assert SeasonalRate().fit(rows(SPRING, 0.8), question).predict(ahead).mean() == pytest.approx(
        0.4, abs=0.05
    )


def test_where_everybody_bought_the_answer_is_still_finite() -> None:
    everybody = rows(SPRING, 1.0).assign(label=1)
    assert np.isfinite(SeasonalRate().fit(everybody, QUESTION).predict(everybody)).all()


def test_a_log_without_two_years_has_no_such_candidate() -> None:
    with pytest.raises(NotLearnable, match="two whole years"):
        SeasonalRate().fit(rows(SPRING, 1.0), Question((), 30, "chance"))
