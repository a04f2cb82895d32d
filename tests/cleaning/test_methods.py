"""Every method against scipy, scikit-learn or values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, StandardScaler

from dmp.cleaning.imputation import forest, interpolation, mean, median, mode, regression
from dmp.cleaning.outliers import box_plot, three_sigma, z_score
from dmp.cleaning.scaling import SCALINGS, scaled, unscaled
from dmp.cleaning.value_counts import ValueCounts

COLUMN = np.random.default_rng(1).lognormal(3, 1, 500).round(1)


@pytest.fixture
def column() -> ValueCounts:
    return ValueCounts.of(np.append(COLUMN, [np.nan, COLUMN[0]]))


@pytest.fixture
def raw() -> np.ndarray:
    return np.append(COLUMN, COLUMN[0])


def test_statistics_of_counts_are_those_of_the_values(column: ValueCounts, raw: np.ndarray) -> None:
    assert column.total == len(raw)
    assert column.mean() == pytest.approx(raw.mean(), rel=1e-12)
    assert column.standard_deviation() == pytest.approx(raw.std(), rel=1e-12)
    for share in (0, 0.1, 0.25, 0.5, 0.75, 1):
        assert column.quantile(share) == pytest.approx(np.quantile(raw, share), rel=1e-12)


def test_equal_values_have_no_spread_and_are_no_outliers() -> None:
    equal = ValueCounts.of(np.full(7, 0.1))
    assert (equal.mean(), equal.standard_deviation()) == (0.1, 0)
    assert z_score(equal, 3)["upper_bound"] == 0.1


def test_a_box_plot_has_its_fences_where_scipy_has_the_quartiles(
    column: ValueCounts, raw: np.ndarray
) -> None:
    found = box_plot(column, 1.5)
    first, third = np.quantile(raw, [0.25, 0.75])
    assert found["upper_bound"] == pytest.approx(third + 1.5 * stats.iqr(raw))
    assert found["lower_bound"] == pytest.approx(first - 1.5 * stats.iqr(raw))


def test_a_box_plot_of_tukeys_kind_worked_out_by_hand() -> None:
    found = box_plot(ValueCounts.of(np.array([1.0, 2, 3, 4, 100])), 3)
    assert found == {"first_quartile": 2, "third_quartile": 4, "lower_bound": -4, "upper_bound": 10}


def test_z_scores_find_what_scipy_finds_and_three_sigma_is_a_z_score_of_three(
    column: ValueCounts, raw: np.ndarray
) -> None:
    found = z_score(column, 2.5)
    is_outside = (raw < found["lower_bound"]) | (raw > found["upper_bound"])
    assert is_outside.any()
    assert (is_outside == (np.abs(stats.zscore(raw)) > 2.5)).all()
    assert three_sigma(column, 0) == z_score(column, 3)


def test_constant_fills(column: ValueCounts, raw: np.ndarray) -> None:
    assert mean(column)["fill_value"] == pytest.approx(raw.mean())
    assert median(column)["fill_value"] == np.median(raw)
    assert mode(column)["fill_value"] == stats.mode(raw).mode
    assert mode(ValueCounts.of(np.array([5.0, 5, 2, 2, 9])))["fill_value"] == 2, (
        "the smaller of equally frequent"
    )


def test_interpolation_lies_on_the_line_between_its_knots() -> None:
    known = np.arange(100.0)[:, None]
    found, parameters = interpolation(known, 3 * known[:, 0] + 1, np.array([[4.5], [30.0], [200.0]]), ["x"])
    assert found.tolist() == pytest.approx([14.5, 91, 3 * 94.5 + 1])
    assert (parameters["knot_1_predictor"], parameters["knot_1_value"]) == (4.5, 14.5)


def test_regression_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(2)
    known, rows = random.random((200, 3)), random.random((5, 3))
    target = known @ [1, -2, 3] + random.random(200)
    expected = LinearRegression().fit(known, target)
    found, parameters = regression(known, target, rows, ["a", "b", "c"])
    np.testing.assert_allclose(found, expected.predict(rows))
    assert parameters["slope_b"] == pytest.approx(expected.coef_[1])
    assert parameters["intercept"] == pytest.approx(expected.intercept_)


def test_a_forest_learns_what_a_line_cannot_and_says_the_same_twice() -> None:
    known = np.random.default_rng(3).random((600, 2))
    target = np.where((known[:, 0] > 0.5) ^ (known[:, 1] > 0.5), 10.0, 20.0)
    rows = np.array([[0.25, 0.25], [0.25, 0.75]])
    first, _ = forest(known, target, rows, ["a", "b"])
    second, _ = forest(known, target, rows, ["a", "b"])
    assert first.tolist() == second.tolist()
    np.testing.assert_allclose(first, [20, 10], atol=1.5)


@pytest.mark.parametrize(
    ("method", "scaler"), [("z", StandardScaler()), ("min_max", MinMaxScaler()), ("max_abs", MaxAbsScaler())]
)
def test_scaling_is_that_of_scikit_learn(method: str, scaler: StandardScaler, raw: np.ndarray) -> None:
    parameters = SCALINGS[method](ValueCounts.of(raw))
    np.testing.assert_allclose(scaled(raw, method, parameters), scaler.fit_transform(raw[:, None])[:, 0])


def test_a_t_score_has_mean_50_and_deviation_10(raw: np.ndarray) -> None:
    found = scaled(raw, "t", SCALINGS["t"](ValueCounts.of(raw)))
    np.testing.assert_allclose(found, 50 + 10 * stats.zscore(raw))


# Money up to ten million with four decimals, and counts.
STORED = st.lists(
    st.integers(-(10**11), 10**11).map(lambda number: number / 10**4), min_size=1, max_size=30
).map(np.array)


@pytest.mark.parametrize("method", list(SCALINGS))
@given(fitted=STORED, served=STORED)
def test_the_inverse_gives_every_stored_value_back(
    method: str, fitted: np.ndarray, served: np.ndarray
) -> None:
    parameters = SCALINGS[method](ValueCounts.of(fitted))
    values = np.concatenate([fitted, served])
    assert unscaled(scaled(values, method, parameters), method, parameters, 4).tolist() == values.tolist()


def test_a_missing_value_stays_missing(column: ValueCounts) -> None:
    for method, fit in SCALINGS.items():
        assert np.isnan(scaled(np.array([np.nan]), method, fit(column))).all()
