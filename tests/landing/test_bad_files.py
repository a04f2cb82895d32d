"""Bad files of every form, case by case: each line accepted, or rejected for the stated reason, or the file refused."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from small_shop import DAY, Shop, opened_shop

from benchmarks.bad_inputs import csv_files, json_lines, more_kinds, refused_files
from benchmarks.bad_inputs.case import Case
from dmp.landing.accounts import FileAccount

READ = [*csv_files.CASES, *json_lines.CASES, *more_kinds.CASES]
REFUSED = refused_files.CASES


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, dict[str, FileAccount]]]:
    """Load all cases at once, those refused each on a day of its own; return the account by title."""
    with opened_shop(tmp_path_factory.mktemp("shop")) as shop:
        titles = {}
        for number, case in enumerate([*READ, *REFUSED]):
            entity, _, form = case.name.partition(".")
            name = case.name if case.refusal else f"{entity}.{number:03}.{form}"
            path = shop.land(name, case.own_content(number), DAY + timedelta(number if case.refusal else 0))
            titles[path.relative_to(shop.landing).as_posix()] = case.title
        yield shop, {titles[account.source_file]: account for account in shop.load()}


@pytest.mark.parametrize("case", [*READ, *REFUSED], ids=lambda case: case.title)
def test_a_bad_file(loaded: tuple[Shop, dict[str, FileAccount]], case: Case) -> None:
    shop, account = loaded[0], loaded[1][case.title]
    assert case.became(account, shop.reasons(account.source_file)) == case.fate


def test_refused_files_leave_no_rows(loaded: tuple[Shop, dict[str, FileAccount]]) -> None:
    refused = [loaded[1][case.title].source_file for case in REFUSED]
    for table in ("shop__events", "shop__items", "shop__exposures", "rejects"):
        assert loaded[0].connection.execute(
            f"SELECT count(*) FROM raw.{table} WHERE list_contains(?, source_file)", [refused]
        ).fetchall() == [(0,)]


def test_unknown_csv_columns_are_kept_as_properties_and_noted_once(shop: Shop) -> None:
    account = shop.load_one("items.csv", b"colour," + csv_files.HEADER + b"red," + csv_files.ROW % 1)
    assert account.notes == ["unknown column kept: colour"]
    assert shop.rows("SELECT properties->>'colour' FROM raw.shop__items") == [("red",)]


def test_csv_values_go_where_the_header_says(shop: Shop) -> None:
    shop.load_one("items.csv", b"name,updated_at,item_id\ni1,2024-03-01T00:00:00Z,Pan\n")
    assert shop.rows("SELECT item_id, name FROM raw.shop__items") == [("Pan", "i1")]
