"""The models of rhythm against published figures, against drawn people and at the edges of their parameters."""

from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pytest
from histories_drawn import drawn_people

from dmp.predictions.rhythm.bg_nbd import BgNbd
from dmp.predictions.rhythm.histories import Histories
from dmp.predictions.rhythm.models import BUILDERS, build, fit
from dmp.predictions.rhythm.pareto_nbd import ParetoNbd

TRUTH = {
    "bg_nbd": ("purchase", (1.2, 40.0, 0.9, 2.5)),
    "mbg_nbd": ("first", (1.2, 40.0, 0.9, 2.5)),
    "pareto_nbd": ("any_moment", (1.2, 40.0, 0.8, 150.0)),
}
SAMPLE = """
    WITH days AS (SELECT DISTINCT sample_customer_id AS customer, date FROM read_parquet(?)),
    firsts AS (SELECT customer, min(date) AS first FROM days GROUP BY customer)
    SELECT
        count(*) - 1 AS repeats, max(date) - any_value(first) AS last, DATE '1997-09-30' - any_value(first) AS age
    FROM days JOIN firsts USING (customer) WHERE date <= DATE '1997-09-30' GROUP BY customer
"""


def sampled_customers(real_data: Path) -> Histories:
    """The 2,357 customers of the 1/10 sample, 39 weeks from the start of 1997."""
    path = real_data / "cdnow" / "cdnow_sample.parquet"
    if not path.exists():
        pytest.skip("cdnow is not here")
    with duckdb.connect() as connection:
        rows = np.array(connection.execute(SAMPLE, [str(path)]).fetchall(), dtype="float64")
    return Histories(rows[:, 0], rows[:, 1], rows[:, 2], np.ones(len(rows)))


def log_likelihood_in_weeks(model: BgNbd | ParetoNbd, histories: Histories) -> float:
    """The papers count in weeks: a density a week is seven times that a day, once a purchase."""
    return float(model.log_likelihood(histories).sum() + histories.repeats.sum() * np.log(7))


def test_published_parameters_have_the_published_likelihood(real_data: Path) -> None:
    """Fader, Hardie and Lee 2005, table 2: BG/NBD -9582.4, Pareto/NBD -9595.0."""
    customers = sampled_customers(real_data)
    assert log_likelihood_in_weeks(BgNbd(0.243, 4.414 * 7, 0.793, 2.426), customers) == pytest.approx(
        -9582.4, abs=0.1
    )
    assert log_likelihood_in_weeks(
        ParetoNbd(0.553, 10.578 * 7, 0.606, 11.669 * 7), customers
    ) == pytest.approx(-9595.0, abs=0.1)


def test_fits_find_the_published_parameters(real_data: Path) -> None:
    customers = sampled_customers(real_data)
    r, alpha, a, b = fit("bg_nbd", customers)
    assert (r, alpha / 7, a, b) == pytest.approx((0.243, 4.414, 0.793, 2.426), rel=0.01)
    r, alpha, s, beta = fit("pareto_nbd", customers)
    assert (r, alpha / 7, s, beta / 7) == pytest.approx((0.553, 10.578, 0.606, 11.669), rel=0.05)


@pytest.mark.parametrize("name", BUILDERS)
def test_expected_purchases_and_chances_are_those_of_drawn_people(name: str) -> None:
    leaves_at, parameters = TRUTH[name]
    people, later = drawn_people(leaves_at, 12_000, age=200.0, ahead=120.0)
    model = build(name, parameters)
    expected = model.expected(people, 120.0)
    buys = -np.expm1(model.log_no_purchase(people, 120.0))
    for group in (people.repeats == 0, people.repeats == 1, (people.repeats > 1) & (people.last > 150)):
        spread = later[group].std() / np.sqrt(group.sum())
        assert expected[group].mean() == pytest.approx(later[group].mean(), abs=3 * spread)
        share = (later[group] > 0).mean()
        assert buys[group].mean() == pytest.approx(share, abs=3 * np.sqrt(share / group.sum()))


@pytest.mark.parametrize("name", BUILDERS)
def test_a_fit_finds_the_rate_of_drawn_people_in_any_order(name: str) -> None:
    people, _ = drawn_people(TRUTH[name][0], 6_000, age=200.0, ahead=0.0)
    order = np.random.default_rng(0).permutation(len(people))
    shuffled = Histories(
        *(values[order] for values in (people.repeats, people.last, people.age, people.weight))
    )
    parameters = fit(name, people)
    assert parameters == fit(name, shuffled)
    assert parameters[0] / parameters[1] == pytest.approx(1.2 / 40.0, rel=0.15)


@pytest.mark.parametrize("name", BUILDERS)
def test_every_answer_within_the_bounds_of_the_parameters_is_finite_and_possible(name: str) -> None:
    people = Histories(
        np.array([0.0, 0, 1, 1, 40, 1000]),
        np.array([0.0, 0, 0, 300, 899, 7000]),
        np.array([0.0, 7300, 7300, 301, 900, 7300]),
        np.ones(6),
    )
    for parameters in product(*([least, 3.3 * least, 0.1 * most, most] for least, most in BUILDERS[name][2])):
        model = build(name, parameters)
        nothing, expected = model.log_no_purchase(people, 90.0), model.expected(people, 90.0)
        assert np.isfinite(model.log_likelihood(people)).all(), parameters
        assert (nothing <= 0).all(), parameters
        assert np.isfinite(expected).all(), parameters
        assert (expected >= -np.expm1(nothing) - 1e-9).all(), parameters
        assert ((model.still_here(people) >= 0) & (model.still_here(people) <= 1)).all(), parameters


@pytest.mark.parametrize("name", BUILDERS)
@pytest.mark.parametrize("repeats", [0.0, 3.0])
def test_a_log_without_repeats_or_of_equals_still_has_a_model(name: str, repeats: float) -> None:
    people = Histories(np.full(50, repeats), np.full(50, 30 * repeats), np.full(50, 100.0), np.ones(50))
    expected = build(name, fit(name, people)).expected(people, 30.0)
    assert (expected >= 0).all()
    assert (expected < 3).all()
