"""A gate that fails stops everything behind it, and what is published stays as it is."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dmp.defs.running import RunOutcome
from dmp.gate_record import note_gate, read_gates
from dmp.pages import quality
from dmp.quality import ExpectationResult
from dmp.settings import Home
from dmp.upkeep.cause import Cause


def published_bytes(home: Home) -> dict[str, str]:
    return {
        str(path.relative_to(home.builds)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.builds.rglob("*"))
        if path.is_file()
    }


def land_one_more_day(home: Home) -> None:
    last = sorted((home.landing / "shop").iterdir())[-1]
    shutil.copytree(last, last.with_name("2099-01-01"))


@pytest.fixture(scope="module")
def damaged_run(
    shop_home: Home, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., RunOutcome]
) -> tuple[Home, RunOutcome, dict[str, str], Path]:
    """A home whose raw table was damaged by hand, the run of its next day, and what was published before."""
    folder: Path = tmp_path_factory.mktemp("damaged") / "home"
    shutil.copytree(shop_home.root, folder, symlinks=True)
    home = Home.at(folder)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE raw.shop__events SET event_type = NULL WHERE source_line = 1")
    land_one_more_day(home)
    before = published_bytes(home), home.published.readlink()
    return home, run(home), *before


def test_the_run_fails_and_names_the_gate(damaged_run: tuple) -> None:
    _, outcome, _, _ = damaged_run
    assert not outcome.is_success
    assert outcome.failed_checks == ["shop__events: expectations"]
    expected = "expect_column_values_to_not_be_null(event_type)"
    assert outcome.causes == (Cause("shop__events: expectations", expected, is_gate=True),)


def test_no_step_behind_the_gate_has_started(damaged_run: tuple) -> None:
    _, outcome, _, _ = damaged_run
    behind = {"dbt__intermediate", "dbt__profiles", "vectors", "segments", "predictions", "published"}
    assert "raw__shop" in outcome.seconds
    assert behind.isdisjoint(outcome.seconds)


def test_the_published_build_is_the_same_to_the_byte(damaged_run: tuple) -> None:
    home, _, files, build = damaged_run
    assert home.published.readlink() == build
    assert published_bytes(home) == files


def test_the_broken_expectation_is_kept_with_its_count_of_rows(damaged_run: tuple) -> None:
    home, _, _, _ = damaged_run
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        broken = connection.execute(
            """
            SELECT table_name, expectation, column_name, unexpected_count > 0
            FROM quality.gate_results WHERE NOT is_met
            """
        ).fetchall()
    assert broken == [("shop__events", "expect_column_values_to_not_be_null", "event_type", True)]


def test_the_record_of_gates_keeps_what_stopped_the_run_and_the_page_shows_it_first(
    damaged_run: tuple,
) -> None:
    home, _, _, _ = damaged_run
    found = read_gates(home)
    runs = sorted({gate["run_at"] for gate in found})
    assert len(runs) == 2
    assert not any(gate["unmet_count"] for gate in found if gate["run_at"] == runs[0])
    (red,) = quality.read_runs(home)["red_gates"]
    assert (red["run_at"], red["table_name"]) == (runs[1], "shop__events")
    assert red["unmet"] == "expect_column_values_to_not_be_null(event_type)"


def test_a_line_that_a_killed_run_left_unfinished_is_not_read(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert read_gates(home) == []
    met = ExpectationResult("people", "expect", "name", True, 3, 0, None, None)
    for run_id in ("a", "b", "c"):
        note_gate(home, run_id, "people", [met])
    with home.gate_record.open("a") as file:
        file.write("d,2026-11")
    assert [gate["unmet_count"] for gate in read_gates(home, runs=2)] == [0, 0]
    assert home.gate_record.stat().st_mode & 0o077 == 0
