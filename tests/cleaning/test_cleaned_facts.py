"""Facts of the whole flow: what rules change is traced to the cell, and without rules stands what was recorded."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from dmp.cleaning.commands import read_report, read_trial
from dmp.cleaning.rules import load_rules
from dmp.cleaning.trial import cleaned_again
from dmp.cli import app
from dmp.settings import Home

FACTS = {
    "int_events": ("source || ':' || event_id", ["amount", "quantity", "rating"]),
    "int_items": ("source_file || ':' || source_line || ':' || item_id", ["price_amount", "stock_quantity"]),
    "int_customers": (
        "source_file || ':' || source_line || ':' || to_hex(login_key)",
        ["birth_year", "children_count"],
    ),
}
# Bounds inside what the shop does, so that each action finds something.
STRICTER = {
    "purchase_amount_cap": {"upper_bound": 100.0},
    "purchase_amount_median": {"is_on": True},
    "item_price_domain": {"upper_bound": 50.0, "action": "clip"},
    "customer_children_mode": {"is_on": True},
}


@pytest.fixture(scope="module")
def stricter_home(shop_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    rules = [rule.model_copy(update=STRICTER.get(rule.rule_id, {})) for rule in load_rules()]
    return cleaned_again(shop_home, rules, tmp_path_factory.mktemp("stricter"))


def rows(home: Home, query: str, recorded: Home | None = None) -> list[tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        if recorded:
            connection.execute(f"ATTACH '{recorded.warehouse}' AS recorded (READ_ONLY)")
        return connection.execute(query).fetchall()


def changed_cells(home: Home, recorded: Home) -> list[tuple]:
    """Return table, row, column, value before and after of every cell that differs between two homes."""
    query = " UNION ALL ".join(
        f"""
        SELECT '{fact}', row_id, '{column}', old.value::DECIMAL(38, 4), new.value::DECIMAL(38, 4)
        FROM (SELECT {row_id} AS row_id, {column} AS value FROM recorded.intermediate.{fact}) AS old
        JOIN (SELECT {row_id} AS row_id, {column} AS value FROM intermediate.{fact}) AS new USING (row_id)
        WHERE old.value IS DISTINCT FROM new.value
        """
        for fact, (row_id, columns) in FACTS.items()
        for column in columns
    )
    return sorted(rows(home, query, recorded), key=repr)


def test_the_cells_that_differ_from_what_was_recorded_are_those_of_the_trace(
    stricter_home: Home, shop_home: Home
) -> None:
    trace = """
    SELECT table_name, row_id, column_name, first(old_value ORDER BY rule_order) AS recorded,
        last(new_value ORDER BY rule_order) AS cleaned
    FROM intermediate.cleaning_changes WHERE is_changed GROUP BY ALL HAVING recorded IS DISTINCT FROM cleaned
    """
    changed = changed_cells(stricter_home, shop_home)
    assert {cell[0] for cell in changed} == set(FACTS)
    assert changed == sorted(rows(stricter_home, trace), key=repr)


def test_the_old_value_and_the_rule_reproduce_the_new_one(stricter_home: Home) -> None:
    wrong = """
    SELECT changes.*
    FROM intermediate.cleaning_changes AS changes
    JOIN staging.cleaning_rules AS rules USING (rule_id, rule_version)
    LEFT JOIN intermediate.cleaning_parameters AS learned
        ON learned.rule_id = changes.rule_id AND learned.fitted_on = changes.fitted_on
        AND learned.parameter = 'fill_value'
    WHERE is_changed AND new_value IS DISTINCT FROM CASE changes.action
        WHEN 'fill' THEN round(learned.value, rules.decimals)::DECIMAL(38, 4)
        WHEN 'clip' THEN least(old_value, rules.upper_bound)::DECIMAL(38, 4)
    END
    """
    actions = rows(
        stricter_home, "SELECT DISTINCT action FROM intermediate.cleaning_changes WHERE is_changed"
    )
    assert {action for (action,) in actions} == {"blank", "clip", "fill"}
    assert rows(stricter_home, wrong) == []


def test_the_account_of_a_trial_counts_the_rows_of_the_trace(stricter_home: Home) -> None:
    trace = "SELECT rule_id, count(*) FROM intermediate.cleaning_changes WHERE is_changed GROUP BY ALL"
    counted = {row[0]: row[-1] for row in read_trial(stricter_home) if row[-1]}
    assert counted == dict(rows(stricter_home, trace))


def test_a_cell_is_treated_by_what_was_known_on_its_landed_day(stricter_home: Home) -> None:
    late = "SELECT * FROM intermediate.cleaning_changes WHERE fitted_on > landed_date OR fitted_on + 7 <= landed_date"
    assert rows(stricter_home, late) == []
    assert rows(stricter_home, "FROM intermediate.cleaning_changes WHERE fitted_on IS NOT NULL")


def test_rules_turned_off_restore_what_was_recorded(
    stricter_home: Home, shop_home: Home, tmp_path: Path
) -> None:
    off = [rule.model_copy(update={"is_on": False}) for rule in load_rules()]
    home = cleaned_again(stricter_home, off, tmp_path)
    assert changed_cells(home, shop_home) == []
    assert rows(home, "FROM intermediate.cleaning_changes") == []


def test_the_kinds_of_missing_are_those_of_the_ledger(shop_home: Home) -> None:
    asked = "('gender', 'birth_year', 'occupation', 'income_band', 'children_count')"
    found = f"""
    SELECT source_file, missing_kind, count(*) FROM intermediate.int_missing_answers
    WHERE column_name IN {asked} GROUP BY ALL ORDER BY ALL
    """
    ledger = f"""
    SELECT file, replace(kind, 'missing_', ''), row_count FROM '{shop_home.truth / "dirt.parquet"}'
    WHERE kind LIKE 'missing_%' ORDER BY ALL
    """
    expected = rows(shop_home, ledger)
    assert {kind for _, kind, _ in expected} == {"null", "refused", "not_captured", "true_zero"}
    assert rows(shop_home, found) == expected


def test_people_have_features_and_the_report_counts_every_rule_on_facts(shop_home: Home) -> None:
    report = read_report(shop_home)
    on_facts = {rule.rule_id for rule in load_rules() if rule.table_name != "user_features"}
    assert {row[0] for row in report} >= on_facts
    counted = {row[0]: row[-3:] for row in report}
    assert counted["purchase_amount_far_out"][0] > counted["purchase_amount_far_out"][1] > 0
    assert counted["feature_age_forest"][2] > 0
    people = "SELECT count(*), count(age), bool_or(age_is_imputed) FROM profiles.user_features"
    assert rows(shop_home, people) == [
        (*rows(shop_home, "SELECT count(*), count(*) FROM profiles.user_profiles")[0], True)
    ]


@pytest.mark.parametrize(("rule", "exit_code"), [("item_price_mean", 1), ("no_rule", 2)])
def test_trying_needs_a_rule_on_facts_and_tables_that_the_same_code_made(
    rule: str, exit_code: int, tmp_path: Path
) -> None:
    answer = CliRunner().invoke(app, ["cleaning", "try", rule, "--on", "--home", str(tmp_path)])
    assert answer.exit_code == exit_code
