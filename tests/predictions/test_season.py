"""The forecast of how busy a window is."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.calibration import log_odds
from dmp.predictions.candidates.rhythm import Rhythm
from dmp.predictions.candidates.seasonal_rate import SeasonalRate
from dmp.predictions.champions import choose_champion
from dmp.predictions.explanation import explain
from dmp.predictions.registry import hash_inputs, load_model, save_model
from dmp.predictions.season import season_factor, seasoned
from dmp.predictions.targets import TARGETS
from dmp.predictions.training_rows import feature_names, known_customers, question_of


def shop(days: int, *, december: float = 1.0, sunday: float = 1.0) -> pd.DataFrame:
    """A hundred orders a day from 2021-01-01, more in December or on Sundays, and ever more by a third a year."""
    dates = pd.date_range("2021-01-01", periods=days)
    trend = 100 * np.exp(0.3 * np.arange(days) / 365)
    busy = np.where(dates.month == 12, december, 1.0) * np.where(dates.day_of_week == 6, sunday, 1.0)
    return pd.DataFrame({"event_date": dates.date, "order_count": np.round(trend * busy)})


def test_a_busy_december_is_foretold_from_two_earlier_ones() -> None:
    factor = season_factor(shop(1050, december=2.0), date(2023, 11, 15), 60)
    ahead = season_factor(shop(1050, december=2.0), date(2023, 2, 1), 60)
    assert factor == pytest.approx(1.4, abs=0.15)
    assert ahead < 1


def test_one_year_does_not_tell_season_from_trend() -> None:
    assert season_factor(shop(400, december=2.0), date(2022, 1, 31), 91) == pytest.approx(1.0, abs=0.01)


def test_days_of_the_week_matter_to_short_windows_only() -> None:
    orders = shop(200, sunday=3.0)
    assert season_factor(orders, date(2021, 6, 5), 1) > 2
    assert season_factor(orders, date(2021, 6, 5), 7) == pytest.approx(1.0, abs=0.01)


def test_what_comes_after_the_cut_is_not_read() -> None:
    orders = shop(900, december=2.0)
    cut = date(2023, 1, 15)
    later = orders["event_date"] > cut
    changed = orders.assign(order_count=orders["order_count"].where(~later, 9999))
    assert season_factor(orders, cut, 30) == season_factor(changed, cut, 30)


def test_a_short_log_or_none_has_no_season() -> None:
    assert season_factor(shop(20), date(2021, 1, 20), 30) == 1.0
    assert season_factor(shop(0), date(2021, 1, 20), 30) == 1.0


def test_metrics_of_each_cut_carry_the_season_as_known_on_it() -> None:
    orders = shop(1050, december=2.0)
    landed = orders.assign(landed_date=orders["event_date"])
    metrics = pd.DataFrame({"as_of_date": [date(2023, 2, 1), date(2023, 11, 15)], "user_key": [1, 1]})
    told = seasoned(metrics, landed, 60)["season_factor"]
    assert told.tolist() == [season_factor(orders, cut, 60) for cut in metrics["as_of_date"]]
    late = landed.assign(order_count=landed["order_count"] * 9, landed_date=date(2023, 11, 16))
    assert seasoned(metrics, pd.concat([landed, late]), 60)["season_factor"].tolist() == told.tolist()


def test_metrics_of_a_log_shorter_than_two_years_stay_as_they_are() -> None:
    orders = shop(700, december=2.0)
    metrics = pd.DataFrame({"as_of_date": [date(2022, 11, 15)], "user_key": [1]})
    assert seasoned(metrics, orders.assign(landed_date=orders["event_date"]), 60) is metrics


def test_the_season_is_asked_for_but_no_feature(rows, cuts) -> None:
    busy = rows.assign(season_factor=1.3)
    assert "season_factor" not in feature_names(busy)
    assert question_of(TARGETS[0], busy).is_seasonal
    assert not question_of(TARGETS[0], rows).is_seasonal
    known = known_customers(rows)
    assert hash_inputs(busy, cuts, known) != hash_inputs(rows, cuts, known)
    assert hash_inputs(busy, cuts, known) != hash_inputs(rows.assign(season_factor=1.4), cuts, known)


def test_a_seasonal_champion_is_stored_and_its_scores_are_explained(rows, cuts, tmp_path) -> None:
    days = (cuts.all[-1] - pd.to_datetime(rows["as_of_date"]).dt.date).map(lambda gap: gap.days)
    seasonal = rows.assign(season_factor=1.5 - days / 200)
    champion = choose_champion(
        seasonal,
        cuts,
        TARGETS[0],
        version="0123",
        inputs_hash="4567",
        threads=1,
        candidates=(SeasonalRate(), Rhythm("mbg_nbd")),
    )
    save_model(tmp_path, champion)
    assert load_model(tmp_path, champion.target, "0123") == champion
    people = seasonal[seasonal["as_of_date"] == pd.Timestamp(cuts.test)].head(5)
    parts = explain(champion, people)
    assert parts.groupby("user_key")["contribution"].sum().to_numpy() == pytest.approx(
        log_odds(champion.blend.predict(people))
    )
