"""Bad input through the whole flow: the run goes on, every line is counted, nothing half is published."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dmp.looking import read_status
from dmp.pending import Pending, pending_days
from dmp.settings import Home, SettingsError


def event(number: int, **changes: object) -> str:
    return json.dumps(
        {
            "event_id": f"bad{number}",
            "event_type": "view",
            "occurred_at": "2026-06-29T10:00:00.000Z",
            "anonymous_id": f"visitor{number}",
            "item_id": "i00001",
            **changes,
        }
    )


def land(home: Home, name: str, content: bytes, day: str = "2026-06-29") -> Path:
    path = home.landing / "shop" / day / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def accounts(home: Home) -> dict[str, tuple]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT source_file, physical_line_count, header_line_count + continuation_line_count + blank_line_count,
                record_count, accepted_count, duplicate_count, rejected_count, is_refused
            FROM raw.landed_files WHERE landed_date >= DATE '2026-06-29'
            """
        ).fetchall()
    return {row[0].rpartition("/")[2]: row[1:] for row in rows}


@pytest.fixture(scope="module")
def damaged(shop_home: Home, tmp_path_factory: pytest.TempPathFactory, run: Callable) -> Home:
    """The shop with one more day in which nearly everything is wrong, run to the end."""
    import shutil

    root = tmp_path_factory.mktemp("damaged") / "home"
    shutil.copytree(shop_home.root, root, symlinks=True)
    home = Home.at(root)
    lines = [
        event(1),
        event(2, occurred_at="1970-01-01T00:00:00Z"),
        event(3, event_type="teleport"),
        "",
        event(4)[:40],
        event(5, surprise="kept"),
        event(1),
        "[1, 2]",
    ]
    land(home, "events.jsonl", "\n".join(lines).encode())
    land(home, "events.cut.jsonl.gz", gzip.compress(event(6).encode())[:-8])
    land(home, "reviews.jsonl", b"")
    land(home, "orders.plain.jsonl.gz", b"this is no gzip")
    land(home, "surprises.csv", b"a,b\n1,2\n")
    land(home, "customers.csv", b"user_id,email\n")
    (home.landing / "shop" / "2026-06-30").mkdir()
    (home.landing / "readme.txt").write_text("not data")
    (home.landing / "shpo" / "2026-06-29").mkdir(parents=True)
    (home.landing / "shpo" / "2026-06-29" / "events.jsonl").write_text(event(7))
    outcome = run(home)
    assert outcome.is_success, outcome
    return home


def test_every_line_of_a_damaged_day_is_counted_once(damaged: Home) -> None:
    # lines, blank, records, accepted (an unknown event type among them), duplicates, rejected, refused
    assert accounts(damaged)["events.jsonl"] == (8, 1, 7, 3, 1, 3, False)


@pytest.mark.parametrize(
    "name", ["events.cut.jsonl.gz", "orders.plain.jsonl.gz", "surprises.csv", "customers.csv"]
)
def test_a_file_that_cannot_be_read_is_refused_whole(damaged: Home, name: str) -> None:
    assert accounts(damaged)[name][-1] is True


def test_an_empty_file_is_an_account_of_nothing(damaged: Home) -> None:
    assert accounts(damaged)["reviews.jsonl"] == (0, 0, 0, 0, 0, 0, False)


def test_an_unknown_field_is_kept(damaged: Home) -> None:
    with duckdb.connect(str(damaged.warehouse), read_only=True) as connection:
        kept = connection.execute(
            "SELECT properties ->> 'surprise' FROM raw.shop__events WHERE event_id = 'bad5'"
        ).fetchone()
    assert kept == ("kept",)


def test_a_file_where_no_run_looks_is_counted_and_shown(damaged: Home) -> None:
    assert pending_days(damaged) is None
    status = read_status(damaged)
    assert {stray["source_file"] for stray in status["strays"]} == {
        "readme.txt",
        "shpo/2026-06-29/events.jsonl",
    }


@pytest.fixture(scope="module")
def run_again(damaged: Home, run: Callable) -> tuple[Pending | None, dict[str, tuple]]:
    """The damaged home, run with one more stray and a file that is there already: what was pending for the stray alone,
    and the accounts before.
    """
    (damaged.landing / "more.txt").write_text("not data")
    pending, before = pending_days(damaged), accounts(damaged)
    again = (damaged.landing / "shop/2026-06-29/events.jsonl").read_bytes()
    land(damaged, "events.again.jsonl", again, "2026-07-01")
    assert run(damaged).is_success
    return pending, before


def test_a_new_stray_alone_is_a_reason_to_run(damaged: Home, run_again: tuple) -> None:
    pending, _ = run_again
    assert (pending.first, pending.reason) == (pending.last, "files outside of any landed day")
    assert len(read_status(damaged)["strays"]) == 3


def test_the_same_file_under_another_name_on_another_day_changes_nothing(
    damaged: Home, run_again: tuple
) -> None:
    _, before = run_again
    after = accounts(damaged)
    assert after["events.again.jsonl"][3] == 0
    assert {name: after[name][3] for name in before} == {name: row[3] for name, row in before.items()}


def test_a_home_without_landing_stops_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds no landed days"):
        pending_days(Home.at(tmp_path))
