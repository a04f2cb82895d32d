import numpy as np
import pandas as pd

from dmp.predictions.drift import Reference, input_drift, outcome_drift, stability_index


def people(seed: int, mean: float = 0.0, count: int = 600) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "as_of_date": pd.Timestamp("2024-01-07"),
            "visits_30d": generator.normal(mean, 1, count),
            "tenure_days": 3,
        }
    )


def test_the_same_kind_of_people_are_no_drift_and_other_people_are():
    reference = Reference.of(people(1), ["visits_30d"])
    assert not input_drift(reference, people(2))["is_drift"].any()
    moved = input_drift(reference, people(3, mean=1.0)).iloc[0]
    assert moved["is_drift"]
    assert moved["value"] > moved["limit_value"]


def test_few_people_have_a_wider_limit_because_their_halves_differ_by_chance():
    few, many = (Reference.of(people(1, count=count), ["visits_30d"]) for count in (60, 6000))
    assert few.limits["visits_30d"] > many.limits["visits_30d"]


def test_what_grows_with_the_log_is_not_compared():
    assert Reference.of(people(1), ["tenure_days", "visits_30d"]).edges.keys() == {"visits_30d"}


def test_values_that_go_missing_are_drift():
    reference = Reference.of(people(1), ["visits_30d"])
    assert input_drift(reference, people(2).assign(visits_30d=np.nan))["is_drift"].all()


def test_the_index_of_equal_shares_is_zero():
    assert stability_index(np.array([0.4, 0.6]), np.array([0.4, 0.6])) == 0.0


def test_a_test_window_with_another_rate_is_label_drift_and_answers_that_miss_it_are_calibration_drift():
    training = pd.DataFrame({"as_of_date": [1, 1, 2, 2] * 100, "label": [0, 1, 1, 0] * 100})
    test = pd.DataFrame({"label": [1, 1, 1, 0] * 100})
    found = outcome_drift(training, test, np.full(400, 0.5)).set_index("kind")["is_drift"]
    assert found.to_dict() == {"label": True, "calibration": True}
    calm = outcome_drift(training, training, np.full(400, 0.5)).set_index("kind")["is_drift"]
    assert calm.to_dict() == {"label": False, "calibration": False}
