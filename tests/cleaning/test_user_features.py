from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.cleaning.rules import Rule, load_rules
from dmp.cleaning.scaling import unscaled
from dmp.cleaning.user_features import feature_tables
from dmp.settings import SettingsError

CUT, SERVED = date(2024, 3, 3), date(2024, 3, 6)


def people(day: date, count: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = pd.DataFrame({"as_of_date": [day] * count, "user_key": np.arange(count) - 5})
    rows["tenure_days"] = random.integers(0, 300, count)
    rows["spend"] = random.lognormal(3, 1, count).round(4)
    rows["age"] = np.where(random.random(count) < 0.2, np.nan, 20 + rows["tenure_days"] // 10)
    rows.loc[0, "age"] = 999
    return rows


def rule(order: int, column: str, method: str, action: str, **given: object) -> Rule:
    row = {
        "rule_id": f"{column}_{method}", "table_name": "user_features", "column_name": column, "rule_order": order,
        "method": method, "action": action, "cause_code": "some", "decimals": 0, "rule_version": 1, "is_on": True,
    }  # fmt: skip
    return Rule.model_validate({**row, **given})


RULES = [
    rule(1, "age", "range", "blank", upper_bound=120),
    rule(2, "age", "forest", "fill", predictors=("tenure_days", "spend")),
    rule(3, "age", "z", "scale"),
    rule(1, "spend", "box_plot", "clip", multiplier=3),
    rule(2, "spend", "log", "scale", decimals=4),
]


@pytest.fixture
def history() -> pd.DataFrame:
    return people(CUT, 200, 0)


@pytest.fixture
def served() -> pd.DataFrame:
    return people(SERVED, 210, 1)


def test_each_person_has_one_row_without_gaps_and_says_which_values_were_made(
    history: pd.DataFrame, served: pd.DataFrame
) -> None:
    features = feature_tables(history, served, RULES)["user_features"]
    assert features["user_key"].tolist() == served["user_key"].tolist()
    is_made = served["age"].isna() | (served["age"] == 999)
    assert features["age_is_imputed"].tolist() == is_made.tolist()
    assert features["age"].between(20, 50).all()
    assert features.loc[~is_made, "age"].tolist() == served.loc[~is_made, "age"].tolist()


def test_the_trace_leads_every_changed_cell_back_to_what_it_was(
    history: pd.DataFrame, served: pd.DataFrame
) -> None:
    tables = feature_tables(history, served, RULES)
    for name in ("age", "spend"):
        values = tables["user_features"].set_index("user_key")[name].copy()
        trace = tables["feature_changes"].query("column_name == @name")
        for change in trace.sort_values("rule_order", ascending=False).itertuples():
            np.testing.assert_equal(values[change.user_key], change.new_value)
            values[change.user_key] = change.old_value
        np.testing.assert_equal(values.to_numpy(), served[name].to_numpy())
    assert (trace["fitted_on"] == CUT).all()


def test_rules_that_are_off_leave_what_is_stored(history: pd.DataFrame, served: pd.DataFrame) -> None:
    off = [one.model_copy(update={"is_on": False}) for one in RULES]
    tables = feature_tables(history, served, off)
    for name in ("age", "spend"):
        np.testing.assert_equal(
            tables["user_features"][name].to_numpy(), served[name].to_numpy(dtype=np.float64)
        )
    assert tables["feature_changes"].empty
    assert tables["user_features"]["spend_scaled"].isna().all()


def test_a_scaled_column_gives_the_stored_one_back(history: pd.DataFrame, served: pd.DataFrame) -> None:
    served["age"] /= 3  # a mean of something has more decimals than are stored
    tables = feature_tables(history, served, RULES)
    learned = tables["feature_parameters"].query("rule_id == 'age_z'").set_index("parameter")["value"]
    features = tables["user_features"]
    back = unscaled(features["age_scaled"].to_numpy(), "z", dict(learned), 0)
    assert back.tolist() == features["age"].tolist()


def test_people_who_came_after_the_cut_teach_nothing(history: pd.DataFrame, served: pd.DataFrame) -> None:
    before = feature_tables(history, served, RULES)
    changed = pd.concat([served, people(SERVED, 50, 9).assign(user_key=range(1000, 1050), spend=1e9)])
    after = feature_tables(history, changed, RULES)
    pd.testing.assert_frame_equal(after["feature_parameters"], before["feature_parameters"])
    pd.testing.assert_frame_equal(after["user_features"].head(210), before["user_features"])


def test_the_order_of_rows_changes_nothing(history: pd.DataFrame, served: pd.DataFrame) -> None:
    shuffled = feature_tables(
        history.sample(frac=1, random_state=1), served.sample(frac=1, random_state=2), RULES
    )
    for name, table in feature_tables(history, served, RULES).items():
        pd.testing.assert_frame_equal(shuffled[name], table)


def test_without_a_past_nothing_is_made(history: pd.DataFrame, served: pd.DataFrame) -> None:
    tables = feature_tables(history.head(0), served, RULES)
    assert tables["feature_parameters"].empty
    assert not tables["user_features"]["age_is_imputed"].any()
    assert set(tables["feature_changes"]["rule_id"]) == {"age_range"}, "a fixed range needs no past"


def test_a_column_that_people_do_not_have_is_named(history: pd.DataFrame, served: pd.DataFrame) -> None:
    with pytest.raises(SettingsError, match="feature_age_forest: user_features has no order_count_life"):
        feature_tables(history, served, load_rules())
