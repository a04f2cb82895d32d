from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.cleaning.cleaning_parameters import FEWEST_VALUES, cleaning_parameters, weekly_cuts
from dmp.cleaning.rules import Rule

CUTS = weekly_cuts(date(2024, 1, 1), date(2024, 2, 4))


def rule(method: str, **given: object) -> Rule:
    action = "flag" if method in {"box_plot", "z_score"} else "fill"
    row = {
        "rule_id": method, "table_name": "int_items", "column_name": "price_amount", "rule_order": 1,
        "method": method, "action": action, "cause_code": "some", "multiplier": 3, "decimals": 4,
        "rule_version": 2, "is_on": True,
    }  # fmt: skip
    return Rule.model_validate({**row, **given})


@pytest.fixture
def value_counts() -> pd.DataFrame:
    random = np.random.default_rng(0)
    rows = pd.DataFrame(
        {
            "rule_id": random.choice(["median", "z_score"], 600),
            "known_on": random.choice(np.array(CUTS), 600),
            "value": random.integers(1, 50, 600) / 4,
            "value_count": random.integers(1, 5, 600),
        }
    )
    return rows.groupby(["rule_id", "known_on", "value"], as_index=False)["value_count"].sum()


RULES = [rule("median"), rule("z_score")]


def test_cuts_are_sundays_with_both_ends() -> None:
    assert weekly_cuts(date(2024, 1, 7), date(2024, 1, 14)) == [date(2024, 1, 7), date(2024, 1, 14)]
    assert weekly_cuts(date(2024, 1, 8), date(2024, 1, 13)) == []


def test_a_cut_learns_from_all_that_was_known_by_then(value_counts: pd.DataFrame) -> None:
    found = cleaning_parameters(value_counts, RULES, CUTS)
    for cut in CUTS:
        known = value_counts[(value_counts["rule_id"] == "median") & (value_counts["known_on"] <= cut)]
        expected = np.median(np.repeat(known["value"], known["value_count"]))
        row = found[(found["rule_id"] == "median") & (found["fitted_on"] == cut)].set_index("parameter")
        assert row.loc["fill_value", "value"] == expected
        assert row.loc["value_count", "value"] == known["value_count"].sum()
    assert set(found["rule_version"]) == {2}


def test_whatever_comes_after_a_cut_changes_nothing_of_it(value_counts: pd.DataFrame) -> None:
    before = cleaning_parameters(value_counts, RULES, CUTS)
    is_later = value_counts["known_on"] > CUTS[2]
    canary = value_counts.assign(value=value_counts["value"].where(~is_later, 1e9))
    after = cleaning_parameters(canary, RULES, CUTS)
    is_before = before["fitted_on"] <= CUTS[2]
    pd.testing.assert_frame_equal(after[is_before], before[is_before])
    assert not after[~is_before].equals(before[~is_before])


def test_few_values_teach_nothing() -> None:
    few = pd.DataFrame(
        {"rule_id": "median", "known_on": CUTS[:2], "value": 1.0, "value_count": [FEWEST_VALUES - 1, 1]}
    )
    assert set(cleaning_parameters(few, RULES, CUTS)["fitted_on"]) == set(CUTS[1:])
