"""What a run tells: its steps as they end, and a summary that is read from the build alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from small_build import published_home

from dmp.defs import running
from dmp.defs.running import RunOutcome
from dmp.pending import Pending
from dmp.run_report import print_summary, run_with_progress, stage_seconds
from dmp.settings import Home

DAY = date(2026, 6, 28)
SECONDS = {
    "raw__shop": 2.0,
    "accounts": 0.5,
    "dbt__profiles": 4.0,
    "user_profiles_expectations": 1.0,
    "published": 0.5,
}


def test_seconds_are_summed_by_stage_in_the_order_of_the_run() -> None:
    assert stage_seconds(SECONDS) == {"raw": 2.5, "profiles": 4.0, "gates": 1.0, "published": 0.5}


def test_each_step_is_a_numbered_line_with_its_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_two(home: Home, pending: Pending, started) -> RunOutcome:
        started("raw__shop")
        started("dbt__profiles")
        return RunOutcome("run", is_success=True)

    monkeypatch.setattr(running, "run_pending", run_two)
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        outcome = run_with_progress(
            Home.at(tmp_path), Pending(DAY, DAY, (DAY,), "new or changed files"), console
        )
    said, first, second = capture.get().splitlines()
    assert outcome.is_success
    assert said == "Landed days 2026-06-28 to 2026-06-28: new or changed files."
    assert first.split()[0] == "1" and "raw__shop" in first and first.endswith(" s")
    assert second.split()[0] == "2" and "dbt__profiles" in second


def summary(home: Home) -> str:
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        print_summary(home, RunOutcome("run", is_success=True, seconds=SECONDS), console)
    return capture.get()


def test_the_summary_of_the_shop_says_what_was_built_and_how_good_it_is(shop_home: Home) -> None:
    said = summary(shop_home)
    for words in ("as of ", "accepted", "rejected", "broken_json", "NDCG@10", "popularity", "Done in 8 s"):
        assert words in said
    assert "AUC" in said or "Not scored" in said
    assert f"--home {shop_home.root}" in said


def test_the_summary_of_a_build_without_models_leaves_them_out(tmp_path: Path) -> None:
    said = summary(published_home(tmp_path))
    assert "12 records of 1 files" in said
    assert "AUC" not in said
    assert "NDCG" not in said


@pytest.mark.parametrize(
    ("typed", "program"),
    [(".venv/bin/dmp", ".venv/bin/dmp"), ("/opt/dmp/bin/dmp", "dmp"), ("dmp", "dmp"), ("-c", "dmp")],
)
def test_what_to_type_next_is_told_as_the_program_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, program: str
) -> None:
    monkeypatch.setattr("sys.argv", [typed])
    said = summary(published_home(tmp_path / "home"))
    for words in ("profile ", "recommend ", "sql ", "pages", "ui"):
        assert f"\n  {program} {words}" in said
