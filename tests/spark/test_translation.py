"""Models as Spark queries; that both give the same rows is the proof `benchmarks.proofs.spark`, which needs Spark."""

import re
from pathlib import Path

import duckdb
import pytest
import sqlglot

from dmp.settings import Home
from dmp.spark.reading import UntranslatableError
from dmp.spark.translation import schema_of, to_spark

TABLES = {
    "facts.days": {
        "person": "BIGINT",
        "day": "DATE",
        "at": "TIMESTAMP WITH TIME ZONE",
        "note": "VARCHAR",
        "two": "INTEGER",
    },
    "facts.prices": {"item": "VARCHAR", "since": "DATE", "price": "DECIMAL(18,4)"},
}


def _in_spark(sql: str) -> str:
    query = re.sub(r"\s+", " ", to_spark(sql, schema_of(TABLES)).replace("`", ""))
    return query.replace("( ", "(").replace(" )", ")")


def _columns(warehouse: Path) -> dict[str, dict[str, str]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in connection.execute(
            "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        ).fetchall():
            found.setdefault(table, {})[column] = kind
        return found


def test_every_model_of_a_shop_can_be_said_to_spark(shop_home: Home) -> None:
    schema = schema_of(_columns(shop_home.warehouse))
    models = [
        path
        for path in sorted((shop_home.root / "dbt" / "compiled").glob("dmp/models/**/*.sql"))
        # A function of two days is asked in the warehouse.
        if path.parent.suffix != ".yml" and path.stem != "user_metrics_as_of"
    ]
    assert len(models) > 80
    for path in models:
        query = to_spark(path.read_text(encoding="utf-8").replace('"warehouse".', ""), schema)
        assert not re.search(r"\b(QUALIFY|UNPIVOT|ASOF|EXCLUDE|MATERIALIZED|BY NAME)\b", query), path.stem
        sqlglot.parse_one(query, dialect="spark")


def test_days_between_dates_are_a_number_and_a_date_takes_any_number_of_days() -> None:
    assert "CAST(DATEDIFF(days.day, (DATE_SUB(days.day, CAST(2 AS INT)))) AS BIGINT)" in _in_spark(
        "select day - (day - 2) as gap from facts.days"
    )


def test_a_quotient_is_no_whole_number() -> None:
    assert "CAST((days.two) AS DOUBLE) / CAST((2) AS DOUBLE)" in _in_spark(
        "select two / 2 as half from facts.days"
    )


def test_values_beside_an_extreme_are_those_that_are_there() -> None:
    assert "MAX_BY(days.note, days.at) FILTER(WHERE NOT days.note IS NULL)" in _in_spark(
        "select person, arg_max(note, at) as note from facts.days group by person"
    )


def test_an_asof_join_is_a_join_with_the_interval_of_the_newest_row() -> None:
    query = _in_spark(
        "select note, price from facts.days asof left join facts.prices as p on note = p.item and day >= p.since"
    )
    assert "LEAD(prices.since) OVER (PARTITION BY prices.item ORDER BY prices.since" in query
    assert "(days.day < p.next_moment OR p.next_moment IS NULL)" in query


def test_columns_that_one_side_of_a_union_by_name_lacks_are_empty_there() -> None:
    query = _in_spark("select person from facts.days union all by name select person, note from facts.days")
    assert query.split(" UNION ALL ")[0].startswith("SELECT days.person AS person, NULL AS note")


def test_an_unpivoted_cell_without_a_value_is_no_row() -> None:
    query = _in_spark("from (unpivot facts.prices on price into name kind value value)")
    assert "POSEXPLODE" in query
    assert "pair.value IS NULL" in query


def test_json_of_no_declared_shape_is_refused_with_the_words_that_say_it() -> None:
    with pytest.raises(UntranslatableError, match="JSON of no declared shape"):
        _in_spark("""select from_json(note, '["json"]') as parts from facts.days""")


def test_a_descending_text_inside_an_aggregate_is_refused() -> None:
    with pytest.raises(UntranslatableError, match="descending order"):
        _in_spark("select first(person order by note desc) as person from facts.days")


def test_a_step_within_a_step_has_a_name_of_its_own() -> None:
    query = _in_spark(
        "with met as (with met as (select person from facts.days) select person + 1 as next from met) select * from met"
    )
    assert "WITH met_2 AS (SELECT days.person AS person FROM facts.days" in query
    assert (
        "FROM met_2 AS met), met AS (" in query
        or "met AS (SELECT met.person + 1 AS next FROM met_2 AS met)" in query
    )


def test_a_value_beside_an_extreme_may_be_asked_for_though_it_is_none() -> None:
    query = _in_spark("select person, arg_max_null(note, at) as note from facts.days group by person")
    assert "MAX_BY(days.note, days.at) AS note" in query
