import numpy as np

from dmp.predictions.timing.curves import Curves

DAYS = np.array([0.0, 10.0, 30.0])
CURVES = Curves(DAYS, np.exp(-np.outer([0.01, 0.1], DAYS)))


def test_a_chance_between_two_days_follows_a_constant_hazard():
    np.testing.assert_allclose(CURVES.happened_by(17.0), 1 - np.exp([-0.17, -1.7]))


def test_each_person_can_be_asked_about_a_day_of_their_own():
    np.testing.assert_allclose(CURVES.still_waiting(np.array([5.0, 20.0])), np.exp([-0.05, -2.0]))


def test_the_day_of_a_level_is_where_the_chance_reaches_it():
    np.testing.assert_allclose(CURVES.day_of(0.1), -np.log(0.9) / np.array([0.01, 0.1]))


def test_what_lies_beyond_the_grid_is_not_told():
    assert np.isnan(CURVES.day_of(0.5)).tolist() == [True, False]
    assert np.isnan(CURVES.happened_by(31.0)).all()


def test_a_chance_that_is_there_from_the_start_is_reached_on_day_0():
    gone = Curves(np.array([0.0, 1.0, 8.0]), np.array([[1.0, 0.2, 0.1]]))
    assert gone.day_of(0.5)[0] <= 1
