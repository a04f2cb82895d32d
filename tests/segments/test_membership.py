"""Who is in a segment, since when and why; the same rows whether days come one by one or at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from dmp.segments.catalogue import read_catalogue
from dmp.segments.checking import check_rules
from dmp.segments.compiling import Side
from dmp.segments.measures import column_names, measures_of
from dmp.segments.membership import refresh_rules
from dmp.segments.rules import load_rules
from dmp.segments.tree import AllOf, AnyOf, Comparison, Condition, FieldCondition, Not, leaves

FIRST_SUNDAY, SECOND_SUNDAY, SERVED = date(2026, 6, 14), date(2026, 6, 21), date(2026, 6, 24)
LOGS = ("segments", "user_segments", "user_segment_changes", "segment_sizes")


def refresh(
    connection: duckdb.DuckDBPyConnection, folder: Path, first: date = date.min, served: date = SERVED
) -> None:
    rules, catalogue = load_rules([folder]), read_catalogue(connection)
    check_rules(rules, catalogue)
    refresh_rules(connection, rules, catalogue, first, served)


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


MEMBERS = "SELECT user_key, valid_from, reason FROM segments.user_segments ORDER BY user_key"
CHANGES = "SELECT changed_on, user_key, change, cause, reason FROM segments.user_segment_changes ORDER BY ALL"


def test_a_member_has_since_when_and_why(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(
        warehouse,
        write("{all: [{field: spent_amount, at_least: 500}, {field: is_identified, is: true}]}").parent,
    )
    assert rows(warehouse, MEMBERS) == [
        (1, SECOND_SUNDAY, "spent_amount 520.5 (at least 500); is_identified true (is True)"),
        (2, FIRST_SUNDAY, "spent_amount 900 (at least 500); is_identified true (is True)"),
    ]


def test_changes_name_the_condition_that_turned(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(warehouse, write("{not: {field: spent_amount, at_least: 500}}").parent)
    assert rows(warehouse, CHANGES) == [
        (FIRST_SUNDAY, 1, "joined", "person", ""),
        (FIRST_SUNDAY, 3, "joined", "person", ""),
        (SECOND_SUNDAY, 1, "left", "person", "spent_amount 480 -> 520.5"),
        (SECOND_SUNDAY, 3, "left", "identity", "joined with another person"),
        (SECOND_SUNDAY, 4, "joined", "person", ""),
    ]


def test_a_rule_that_changed_is_told_from_a_person_who_moved(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    before = (
        "version: 2\nsince: 2026-06-20\nbefore: [{version: 1, who: {field: spent_amount, at_least: 500}}]"
    )
    refresh(warehouse, write("{field: spent_amount, between: [0, 600]}", more=before).parent)
    assert [row[:4] for row in rows(warehouse, CHANGES)] == [
        (FIRST_SUNDAY, 2, "joined", "person"),
        (SECOND_SUNDAY, 1, "joined", "person"),
        (SECOND_SUNDAY, 2, "left", "rule"),
        (SECOND_SUNDAY, 4, "joined", "rule"),
    ]
    assert rows(
        warehouse, "SELECT version, person_count FROM segments.segment_sizes ORDER BY as_of_date"
    ) == [
        (1, 1),
        (2, 2),
        (2, 2),
    ]


@pytest.mark.parametrize(
    ("who", "members"),
    [
        ("{tag: big_spender}", [1]),
        ("{tag: big_spender, min_score: 0.8}", []),
        ("{tag: big_spender, held_days: 10}", [1]),
        ("{tag: big_spender, held_days: 11}", []),
        ("{score: churn_90d, more_than: 0.5}", [1]),
        ("{field: region, is: O'Hara}", [4]),
        ("{field: region, is_not: Porto}", [4]),
        ("{not: {field: region, is: Porto}}", [2, 4]),
        ("{field: region, is_known: false}", [2]),
        ("{field: registered_at, is: 2026-01-02}", [1, 2, 4]),
        ("{field: tag_ids, contains: b}", [1, 2, 4]),
        ("{event: view, within_days: 7, at_least: 1}", [1, 2]),
        ("{event: view, category: Bags, at_least: 5}", [1]),
        ("{event: view, category: Bags, within_days: 7, is: 0}", [2, 4]),
        ("{event: view, item_id: cup}", [2]),
        ("{event: view, category: \"Bags' OR '1'='1\"}", []),
        ('{field: region, one_of: ["\'); DROP TABLE profiles.user_profiles; --", Porto]}', [1]),
    ],
)
def test_each_kind_of_condition_holds_for_whom_it_says(
    who: str, members: list[int], write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(warehouse, write(who).parent)
    assert [row[0] for row in rows(warehouse, MEMBERS)] == members


def test_a_past_cut_knows_only_what_was_known_then(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    """Three views of the 20th landed on the 23rd: the cut of the 21st cannot know of them."""
    refresh(warehouse, write("{event: view, category: Bags, at_least: 5}").parent)
    assert rows(warehouse, CHANGES) == [(SERVED, 1, "joined", "person", "view of category Bags 2 -> 5")]


def test_a_segment_asks_for_another_and_what_has_no_history_begins_today(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    write("{field: spent_amount, at_least: 500}")
    folder = write("{all: [{segment: spenders}, {not: {score: churn_90d, at_least: 0.9}}]}", "others").parent
    refresh(warehouse, folder)
    query = (
        "SELECT user_key, valid_from, reason FROM segments.user_segments "
        "WHERE segment_id = 'others' ORDER BY user_key"
    )
    assert rows(warehouse, query) == [
        (1, SERVED, "segment spenders; not score churn_90d at least 0.9: 0.6"),
        (2, SERVED, "segment spenders; not score churn_90d at least 0.9: unknown"),
    ]
    assert rows(warehouse, "SELECT segment_id, has_history FROM segments.segments ORDER BY ALL") == [
        ("others", False),
        ("spenders", True),
    ]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (
            "{tag: big_spender}",
            [
                (FIRST_SUNDAY, 1, "joined", "person", "tag big_spender unknown -> 2026-06-14"),
                (FIRST_SUNDAY, 2, "joined", "person", "tag big_spender unknown -> 2026-06-14"),
                (SECOND_SUNDAY, 2, "left", "person", "tag big_spender 2026-06-14 -> unknown"),
            ],
        ),
        (
            "{tag: big_spender, held_days: 7}",
            [(SECOND_SUNDAY, 1, "joined", "person", "tag big_spender 2026-06-14 -> 2026-06-14")],
        ),
        (
            "{tag: window_shopper}",
            [
                (SECOND_SUNDAY, 2, "joined", "person", "tag window_shopper unknown -> 2026-06-21"),
                (SERVED, 2, "left", "person", "tag window_shopper 2026-06-21 -> unknown"),
            ],
        ),
        (
            # One taste of two is given up: the tag holds on, since the day of the older.
            "{tag: likes_category, held_days: 7}",
            [(SECOND_SUNDAY, 2, "joined", "person", "tag likes_category 2026-06-14 -> 2026-06-14")],
        ),
    ],
)
def test_a_tag_has_a_past(
    who: str, expected: list[tuple], write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(warehouse, write(who).parent)
    assert rows(warehouse, CHANGES) == expected
    assert rows(warehouse, "SELECT has_history FROM segments.segments") == [(True,)]


def test_what_a_member_is_tagged_with_is_told_with_its_day(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(warehouse, write("{any: [{tag: big_spender}, {tag: likes_category}]}").parent)
    assert rows(warehouse, MEMBERS) == [
        (1, FIRST_SUNDAY, "tag big_spender: since 2026-06-14"),
        (2, FIRST_SUNDAY, "tag likes_category: since 2026-06-14"),
        (4, SERVED, "tag likes_category: since 2026-06-24"),
    ]


def test_a_day_that_only_the_history_keeps_is_no_cut_of_segments(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    folder = write("{field: spent_amount, at_least: 500}").parent
    warehouse.execute(
        "INSERT INTO profiles.user_metrics_history "
        "SELECT * REPLACE (DATE '2026-06-17' AS as_of_date) FROM profiles.user_metrics_history "
        "WHERE as_of_date = DATE '2026-06-21'"
    )
    refresh(warehouse, folder)
    days = rows(warehouse, "SELECT as_of_date FROM segments.segment_sizes ORDER BY ALL")
    assert days == [(FIRST_SUNDAY,), (SECOND_SUNDAY,), (SERVED,)]


def test_cuts_one_by_one_and_all_at_once_write_the_same(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    folder = write("{any: [{field: spent_amount, at_least: 500}, {event: view, within_days: 3}]}").parent
    refresh(warehouse, folder)
    whole = {name: rows(warehouse, f"FROM segments.{name} ORDER BY ALL") for name in LOGS}
    warehouse.execute(
        "DROP SCHEMA segments CASCADE; CREATE TABLE later AS FROM profiles.user_metrics_history"
    )
    warehouse.execute("DELETE FROM profiles.user_metrics_history WHERE as_of_date > DATE '2026-06-14'")
    refresh(warehouse, folder)
    warehouse.execute("CREATE OR REPLACE TABLE profiles.user_metrics_history AS FROM later")
    refresh(warehouse, folder, first=date(2026, 6, 15))
    assert {name: rows(warehouse, f"FROM segments.{name} ORDER BY ALL") for name in LOGS} == whole
    refresh(warehouse, folder, first=SERVED)
    assert {name: rows(warehouse, f"FROM segments.{name} ORDER BY ALL") for name in LOGS} == whole


def test_what_has_no_history_leaves_no_trace_of_a_sunday_that_was_served(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    folder = write("{tag: big_spender, min_score: 0.6}").parent
    warehouse.execute("CREATE TABLE later AS FROM profiles.user_profiles")
    warehouse.execute("UPDATE profiles.user_profiles SET as_of_date = ?", [SECOND_SUNDAY])
    refresh(warehouse, folder, served=SECOND_SUNDAY)
    warehouse.execute("CREATE OR REPLACE TABLE profiles.user_profiles AS FROM later")
    refresh(warehouse, folder, first=date(2026, 6, 22))
    assert rows(warehouse, "SELECT as_of_date FROM segments.segment_sizes") == [(SERVED,)]


def test_a_rule_that_reads_otherwise_has_another_past(
    write: Callable[..., Path], warehouse: duckdb.DuckDBPyConnection
) -> None:
    refresh(warehouse, write("{field: spent_amount, at_least: 500}").parent)
    refresh(warehouse, write("{field: spent_amount, at_least: 5}").parent, first=SERVED)
    assert (FIRST_SUNDAY, 1, "joined", "person") in [row[:4] for row in rows(warehouse, CHANGES)]


numbers = some.integers(-3, 3)
comparisons = some.one_of(
    some.builds(Comparison, some.sampled_from(["is", "is_not", "at_least", "at_most", "more_than", "less_than"]),
                some.tuples(numbers)),
    some.builds(Comparison, some.sampled_from(["one_of", "none_of"]), some.tuples(numbers, numbers)),
    some.builds(lambda low, more: Comparison("between", (low, low + more)), numbers, some.integers(0, 3)),
    some.builds(Comparison, some.just("is_known"), some.tuples(some.booleans())),
)  # fmt: skip
trees = some.recursive(
    some.builds(
        FieldCondition, some.just("who"), some.sampled_from(["spent_amount", "recency_days"]), comparisons
    ),
    lambda parts: some.one_of(
        some.builds(AllOf, some.lists(parts, min_size=1, max_size=3).map(tuple)),
        some.builds(AnyOf, some.lists(parts, min_size=1, max_size=3).map(tuple)),
        some.builds(Not, parts),
    ),
    max_leaves=8,
)


def holds(tree: Condition, person: dict[str, int | None]) -> bool:
    """The meaning of a rule, written out without SQL."""
    if isinstance(tree, AllOf):
        return all(holds(part, person) for part in tree.parts)
    if isinstance(tree, AnyOf):
        return any(holds(part, person) for part in tree.parts)
    if isinstance(tree, Not):
        return not holds(tree.part, person)
    assert isinstance(tree, FieldCondition)
    value, (operator, wanted) = person[tree.field], (tree.comparison.operator, tree.comparison.values)
    if operator == "is_known":
        return (value is not None) == wanted[0]
    return value is not None and {
        "is": value == wanted[0], "is_not": value != wanted[0], "at_least": value >= wanted[0],
        "at_most": value <= wanted[0], "more_than": value > wanted[0], "less_than": value < wanted[0],
        "one_of": value in wanted, "none_of": value not in wanted, "between": wanted[0] <= value <= wanted[-1],
    }[operator]  # fmt: skip


PEOPLE = [(spent, days) for spent in (None, *range(-3, 4)) for days in (None, -1, 0, 2)]


@settings(max_examples=60, deadline=None)
@given(tree=trees)
def test_any_rule_means_in_sql_what_it_means_in_words(tree: Condition) -> None:
    measures = measures_of(leaf for leaf, _ in leaves(tree))
    columns = column_names(measures)
    named = ", ".join(f"{measure.name} AS {columns[measure]}" for measure in measures)
    people = ", ".join(f"({spent}, {days})" for spent, days in PEOPLE).replace("None", "NULL")
    truth = Side({}, columns).truth(tree).sql("duckdb")
    query = (
        f"SELECT {truth} FROM (SELECT {named} FROM (VALUES {people}) AS people (spent_amount, recency_days))"
    )
    found = rows(duckdb.default_connection(), query)
    expected = [holds(tree, {"spent_amount": spent, "recency_days": days}) for spent, days in PEOPLE]
    assert [row[0] for row in found] == expected
