"""A past day can be asked for, as it was known then and as it is known now."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from dmp.published import open_published
from dmp.published_sql import ask
from dmp.settings import Home

# Sets of items are kept in the history alone; everything else is a sum over days.
COLUMNS = "COLUMNS(* EXCLUDE (is_identified, build_id, distinct_item_count_30d, distinct_item_count_90d, {}))".format(
    "distinct_purchased_item_count_90d"
)
THEN = "SELECT * FROM user_metrics_as_of($day, $known_on) ORDER BY user_id"


@pytest.fixture(scope="module")
def published(shop_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(shop_home) as connection:
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, query: str, **parameters: object) -> list[dict]:
    answer = connection.execute(query, parameters)
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def test_a_past_sunday_as_known_then_is_what_the_history_kept(published: duckdb.DuckDBPyConnection) -> None:
    history = f"SELECT {COLUMNS} FROM user_metrics_history WHERE as_of_date = $day ORDER BY user_id"
    sundays = published.execute(
        "SELECT DISTINCT as_of_date FROM user_metrics_history ORDER BY ALL"
    ).fetchall()
    for (day,) in sundays[:: len(sundays) // 4]:
        kept = rows(published, history, day=day)
        assert rows(published, THEN, day=day, known_on=day) == kept
        assert kept


def test_what_became_known_later_is_part_of_the_past_as_known_now(
    published: duckdb.DuckDBPyConnection,
) -> None:
    (day,) = rows(published, "SELECT min(event_date) AS day FROM user_days WHERE known_from > event_date")
    (last,) = rows(published, "SELECT max(as_of_date) AS day FROM user_metrics")
    counted = "SELECT sum(event_count_life) AS events FROM user_metrics_as_of($day, $known_on)"
    (then,), (now,) = (
        rows(published, counted, day=day["day"], known_on=known) for known in (day["day"], last["day"])
    )
    assert (now["events"] or 0) > (then["events"] or 0)


def test_a_past_day_is_open_to_questions_of_strangers(shop_home: Home) -> None:
    answer = ask(
        shop_home,
        "SELECT count(*) AS people FROM user_metrics_as_of(DATE '2024-01-01', DATE '2024-01-01')",
        5,
    )
    assert list(answer.columns) == ["people"]
