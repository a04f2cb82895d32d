from pathlib import Path

import pytest

from dmp.cleaning.rules import CATALOGUE, load_rules
from dmp.settings import SettingsError

HEADER = CATALOGUE.read_text().splitlines()[0]
GOOD = "r,int_events,amount,,purchase,1,range,blank,bad,0,,,,,1,true"


def catalogue(folder: Path, *lines: str) -> Path:
    path = folder / "cleaning_rules.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def test_the_catalogue_of_the_project_can_be_read_and_its_bounds_are_numbers() -> None:
    rules = {rule.rule_id: rule for rule in load_rules()}
    assert rules["purchase_amount_cap"].upper_bound == 1_000_000
    assert rules["feature_age_forest"].predictors[0] == "tenure_days"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (GOOD.replace("range", "guess"), "unknown method guess"),
        (GOOD.replace("blank", "fill"), "method range can flag or blank or clip, not fill"),
        (GOOD.replace("bad,0,", "bad,,"), "method range needs lower_bound or upper_bound"),
        (GOOD.replace("range", "box_plot"), "method box_plot needs multiplier"),
        ("r,int_items,price_amount,,,1,forest,fill,none,,,,a,4,1,true", "is for user_features alone"),
        ("r,int_items,price_amount,,,1,log,scale,,,,,,4,1,true", "is for user_features alone"),
        (GOOD.replace("purchase", ""), "a rule on int_events names its event_type"),
        (GOOD.replace("bad", ""), "needs a cause_code"),
        (GOOD.replace("true", "perhaps"), "is_on"),
    ],
)
def test_a_rule_that_cannot_work_is_named_with_its_line(line: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=says) as raised:
        load_rules(catalogue(tmp_path, line))
    assert "cleaning_rules.csv, line 2, r:" in str(raised.value)


def test_a_rule_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 3: the rule_id r is there already"):
        load_rules(catalogue(tmp_path, GOOD, GOOD))
