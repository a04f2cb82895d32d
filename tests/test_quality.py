"""Gates: counts only, no lock left behind, and the one private name of the library that they rest on."""

import dataclasses
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dmp.defs.quality import expected_of
from dmp.quality import suites, validate

PERSONS_VALUE = "ada@example.org"
NOT_NULL = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "name"}}
IN_RANGE = {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "max_value": 150}}
UNIQUE = {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "email"}}
IN_SET = {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "email", "value_set": ["x"]}}
COMPOUND = {"type": "expect_compound_columns_to_be_unique", "kwargs": {"column_list": ["email", "age"]}}


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA profiles")
        connection.execute(
            "CREATE TABLE profiles.people AS "
            "SELECT * FROM (VALUES ('Ada', $1, 36), (NULL, $1, 36), ('Eve', $1, 999)) AS v (name, email, age)",
            [PERSONS_VALUE],
        )
        yield connection


def test_a_failing_suite_reports_counts_and_no_value_of_a_person(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    suite = {"schema": "profiles", "expectations": [NOT_NULL, IN_RANGE, UNIQUE, IN_SET, COMPOUND]}
    results = validate(warehouse, "people", suite)
    counts = {result.expectation: (result.element_count, result.unexpected_count) for result in results}
    assert counts == {
        NOT_NULL["type"]: (3, 1),
        IN_RANGE["type"]: (3, 1),
        UNIQUE["type"]: (3, 3),
        IN_SET["type"]: (3, 3),
        COMPOUND["type"]: (3, 2),
    }
    assert not any(result.is_met for result in results)
    told = str([dataclasses.asdict(result) for result in results])
    assert PERSONS_VALUE not in told
    assert "999" not in told


def test_a_met_expectation_is_met_on_rows_and_on_an_empty_table(warehouse: duckdb.DuckDBPyConnection) -> None:
    suite = {
        "schema": "profiles",
        "expectations": [{**IN_RANGE, "kwargs": {"column": "age", "min_value": 0}}],
    }
    assert [result.is_met for result in validate(warehouse, "people", suite)] == [True]
    warehouse.execute("DELETE FROM profiles.people")
    assert [result.is_met for result in validate(warehouse, "people", suite)] == [True]


def test_a_missing_table_is_not_met_and_says_so(warehouse: duckdb.DuckDBPyConnection) -> None:
    results = validate(warehouse, "absent", {"schema": "profiles", "expectations": [NOT_NULL]})
    assert [result.is_met for result in results] == [False]
    assert "absent does not exist" in (results[0].message or "")


def test_no_lock_remains_after_a_gate(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE people AS SELECT 'Ada' AS name")
        assert validate(connection, "people", {"schema": "main", "expectations": [NOT_NULL]})[0].is_met
    write = f"import duckdb; duckdb.connect({str(path)!r}).execute('CREATE TABLE written (a INTEGER)')"
    subprocess.run([sys.executable, "-c", write], check=True)


def test_the_library_still_needs_duckdb_among_its_dialects_with_a_lasting_connection(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails when a new version does without: then drop the workaround in dmp/quality.py."""
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine_module

    monkeypatch.setattr(
        engine_module,
        "_PERSISTED_CONNECTION_DIALECTS",
        tuple(name for name in engine_module._PERSISTED_CONNECTION_DIALECTS if name != "duckdb"),
    )
    monkeypatch.setattr("dmp.quality._ask_for_one_lasting_connection", lambda: None)
    results = validate(warehouse, "people", {"schema": "profiles", "expectations": [NOT_NULL]})
    assert "list index out of range" in (results[0].message or "")


def test_every_suite_names_the_schema_of_its_stage() -> None:
    stages = {"raw", "intermediate", "profiles", "segments", "predictions", "recommendations", "experiments"}
    assert {suite["schema"] for suite in suites().values()} == stages


@pytest.mark.parametrize(("source", "is_asked"), [("shop", True), ("telco_churn", False)])
def test_people_are_expected_wherever_a_source_of_events_has_landed(source: str, is_asked: bool) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        connection.execute("CREATE TABLE raw.landed_files AS SELECT $1 AS source", [source])
        expected = expected_of(connection, suites()["user_profiles"])["expectations"]
    types = [expectation["type"] for expectation in expected]
    assert ("expect_table_row_count_to_be_between" in types) == is_asked
    assert "expect_column_values_to_not_be_null" in types
