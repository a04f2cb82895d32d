"""What a day of purchase is worth."""

import numpy as np
import pytest

from dmp.predictions.rhythm.gamma_gamma import fit_gamma_gamma


def drawn_amounts(people: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days of purchase, what was paid on them, and each person's true mean: Gamma(4) days, means of 4 v / (q - 1)."""
    generator = np.random.default_rng(3)
    days = generator.integers(1, 6, people).astype(float)
    scale = generator.gamma(3.5, 1 / 20.0, people)
    return days, generator.gamma(4 * days) / scale, 4 / scale


def test_the_expected_amount_lies_between_a_persons_own_mean_and_everybodys() -> None:
    days, amount, true_mean = drawn_amounts(8_000)
    model = fit_gamma_gamma(days, amount)
    assert model is not None
    expected = model.expected(days, amount)
    own, everybodys = amount / days, amount.sum() / days.sum()
    assert ((expected - own) * (expected - everybodys) <= everybodys).all()
    assert np.mean((expected - true_mean) ** 2) < 0.9 * np.mean((own - true_mean) ** 2)
    assert expected.mean() == pytest.approx(true_mean.mean(), rel=0.05)


def test_amounts_of_another_currency_give_the_same_in_that_currency() -> None:
    days, amount, _ = drawn_amounts(500)
    pounds, pence = fit_gamma_gamma(days, amount), fit_gamma_gamma(days, 100 * amount)
    assert pounds is not None
    assert pence is not None
    assert pence.expected(days, 100 * amount) == pytest.approx(100 * pounds.expected(days, amount), rel=1e-4)


def test_negative_and_missing_amounts_count_as_nothing_known() -> None:
    days, amount, _ = drawn_amounts(500)
    model = fit_gamma_gamma(np.append(days, [1, 1]), np.append(amount, [-50.0, np.nan]))
    assert model is not None
    unknown = model.expected(np.array([0.0, 3.0]), np.array([0.0, -50.0]))
    assert unknown[0] == unknown[1]
    assert unknown[0] > 0
    assert fit_gamma_gamma(np.ones(3), np.zeros(3)) is None
