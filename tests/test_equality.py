"""Days run one by one, in batches or all at once give the same tables, models and lists."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dmp.settings import Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

# Only how files were delivered may differ, never what the tables hold; float columns are compared to the bit as well.
DIRT = Dirt(late=0.02, duplicates=0.02, broken=0.005)
# Files of the last day that come when it has been run once.
LATER = ("orders.*", "reviews.*", "consents.*", "customers.*")


def tables(home: Home) -> dict[str, list[tuple]]:
    """Return every cell of every table of the warehouse, rows in the order of all their columns."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        return {
            f"{schema}.{name}": connection.execute(
                f'SELECT * FROM "{schema}"."{name}" ORDER BY ALL'
            ).fetchall()
            for schema, name in names
        }


def model_files(home: Home) -> dict[str, bytes]:
    """Return the bytes of every file of the models in use."""
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        versions = {
            row[0]
            for query in (
                "SELECT model_version FROM predictions.prediction_models",
                "SELECT model_version FROM recommendations.recommendation_models",
            )
            for row in connection.execute(query).fetchall()
        }
    return {
        str(path.relative_to(home.models)): path.read_bytes()
        for path in sorted(home.models.rglob("*"))
        if path.is_file() and path.parent.name in versions
    }


def parquet_files(home: Home) -> dict[str, bytes]:
    """Return the bytes of every published Parquet file."""
    folder = home.published.resolve() / "parquet"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


@pytest.fixture(scope="module")
def all_at_once(tmp_path_factory: pytest.TempPathFactory, run: Callable) -> Home:
    home = Home.at(tmp_path_factory.mktemp("at_once"))
    # 100 days end on a Sunday; the one before it falls into a pause between two of the batches below.
    write_world(home.landing, home.truth, people=120, days=100, seed=11, dirt=DIRT)
    shutil.rmtree(sorted(home.landing.glob("shop/*"))[92])
    assert run(home).is_success
    return home


@pytest.fixture(scope="module")
def day_by_day(tmp_path_factory: pytest.TempPathFactory, all_at_once: Home, run: Callable) -> Home:
    home = Home.at(tmp_path_factory.mktemp("day_by_day"))
    days = sorted(all_at_once.landing.glob("shop/*"))
    batches = [days[:92], days[92:]]
    for batch in batches:
        for day in batch:
            is_open = day == days[-1]
            later = shutil.ignore_patterns(*LATER) if is_open else None
            shutil.copytree(day, home.landing / "shop" / day.name, ignore=later)
        assert run(home).is_success
    # One more file in the open day: only the people whom it touches are made anew.
    shutil.copytree(days[-1], home.landing / "shop" / days[-1].name, dirs_exist_ok=True)
    assert run(home).is_success
    return home


def assert_same(first: Home, second: Home) -> None:
    expected, found = tables(first), tables(second)
    assert expected.keys() == found.keys()
    for name, rows in expected.items():
        assert found[name] == rows, name
    assert model_files(first) == model_files(second)
    assert parquet_files(first) == parquet_files(second)


def test_days_one_by_one_and_in_batches_equal_all_at_once(all_at_once: Home, day_by_day: Home) -> None:
    assert_same(all_at_once, day_by_day)


def test_a_rebuild_equals_the_days_that_grew(all_at_once: Home, day_by_day: Home, run: Callable) -> None:
    assert run(day_by_day, rebuild=True).is_success
    assert_same(all_at_once, day_by_day)


def test_the_models_of_the_comparison_are_real(all_at_once: Home) -> None:
    assert any(name.endswith("model.txt") for name in model_files(all_at_once))


def test_the_warehouse_of_the_comparison_has_late_and_duplicate_rows(all_at_once: Home) -> None:
    with duckdb.connect(str(all_at_once.warehouse), read_only=True) as connection:
        late = connection.execute(
            "SELECT count(*) FROM intermediate.int_events WHERE event_date < landed_date"
        ).fetchone()
        duplicates = connection.execute("SELECT sum(duplicate_count) FROM raw.landed_files").fetchone()
    assert late and late[0] > 0
    assert duplicates and duplicates[0] > 0


def test_equality_looks_at_published_lists(all_at_once: Home) -> None:
    assert Path("recommendations/part-0.parquet").as_posix() in parquet_files(all_at_once)
