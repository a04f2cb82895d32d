"""Who is touched by one more file in the open landed day: those whose facts changed, and whoever may depend on them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb
import pytest

from dmp.settings import Home
from dmp.touched import forget_profiled, touched_people

BUYER = """
SELECT map.user_key, events.event_id
FROM intermediate.int_events AS events
INNER JOIN profiles.identity_map AS map USING (identifier_key)
WHERE events.landed_date = $day AND events.amount > 0
ORDER BY events.event_id
LIMIT 1
"""


@pytest.fixture
def warehouse(shop_home_copy: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(shop_home_copy.warehouse)) as connection:
        yield connection


@pytest.fixture
def day(warehouse: duckdb.DuckDBPyConnection) -> date:
    [[found]] = warehouse.execute("SELECT max(landed_date) FROM intermediate.int_events").fetchall()
    return found


def test_nobody_is_touched_right_after_a_run(warehouse: duckdb.DuckDBPyConnection, day: date) -> None:
    assert touched_people(warehouse, day) == []


def test_a_changed_fact_touches_its_person_and_few_others(
    warehouse: duckdb.DuckDBPyConnection, day: date
) -> None:
    [[person, event_id]] = warehouse.execute(BUYER, {"day": day}).fetchall()
    warehouse.execute(
        "UPDATE intermediate.int_events SET amount = amount + 1 WHERE event_id = $event_id",
        {"event_id": event_id},
    )
    touched = touched_people(warehouse, day) or []
    assert person in touched
    assert len(touched) <= 3


def test_a_fact_that_is_gone_touches_its_person(warehouse: duckdb.DuckDBPyConnection, day: date) -> None:
    [[person, event_id]] = warehouse.execute(BUYER, {"day": day}).fetchall()
    warehouse.execute(
        "DELETE FROM intermediate.int_events WHERE event_id = $event_id", {"event_id": event_id}
    )
    assert person in (touched_people(warehouse, day) or [])


def test_who_is_another_person_by_the_map_is_touched(warehouse: duckdb.DuckDBPyConnection, day: date) -> None:
    warehouse.execute(
        "INSERT INTO profiles.identity_map_history (identifier_key, identifier_type, user_key, known_from, known_to) "
        "VALUES (1, 'login', 4711, $day, DATE '9999-12-31')",
        {"day": day},
    )
    assert touched_people(warehouse, day) == [4711]


def test_a_changed_catalogue_another_day_and_an_unfinished_run_touch_everybody(
    warehouse: duckdb.DuckDBPyConnection, day: date
) -> None:
    assert touched_people(warehouse, day + timedelta(days=1)) is None
    warehouse.execute(
        "UPDATE intermediate.int_items SET landed_date = $day "
        "WHERE landed_date = (SELECT min(landed_date) FROM intermediate.int_items)",
        {"day": day},
    )
    assert touched_people(warehouse, day) is None
    forget_profiled(warehouse)
    assert touched_people(warehouse, day) is None
