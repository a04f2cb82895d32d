"""Every known kind of bad input and kinds of our own: what was expected of it, and what became of it.

    python -m benchmarks.proofs.bad_inputs

Files alone go through the loader, and every physical line of them is counted once more from the bytes. What only shows
behind the landing goes through a whole run. What needs a trained model or a receipt of erasure is shown by its test.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.bad_inputs import csv_files, deliveries, json_lines, more_kinds, refused_files, whole_flow
from benchmarks.bad_inputs.case import Case
from benchmarks.landings import opened
from benchmarks.line_counter import physical_lines
from dmp.landing.contract import load_contracts
from dmp.settings import PROJECT, Home
from dmp.world.shop import write_world

DAY = date(2024, 3, 1)
CASES = [*csv_files.CASES, *json_lines.CASES, *more_kinds.CASES, *refused_files.CASES]
TESTED = {
    "65 no buyers to learn from": (
        "predictions/test_training_rows.py", "too_few_people_of_a_kind_are_refused_with_the_count"
    ),
    "65 one label only": ("predictions/test_champions.py", "one_class_is_refused"),
    "66 a level that training never saw: every feature is a number": (
        "predictions/test_scores.py", "metrics_are_features_but_keys_dates_and_flags_are_not"
    ),
    "67 columns in another order": (
        "predictions/test_scores.py", "the_order_of_columns_and_rows_changes_no_score"
    ),
    "68 consent withdrawn": (
        "privacy/test_purposes.py", "a_column_without_consent_is_null_and_a_person_without_any_is_not_there"
    ),
    "70 an event of an erased person": (
        "privacy/test_suppression.py", "their_records_are_counted_and_neither_they_nor_what_they_name_is_stored"
    ),
}  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Return one row per case: its fate in words, and whether it is the expected one."""
    return [*found_fates()]


def found_fates() -> Iterator[dict[str, Any]]:
    """Yield the rows as they are found."""
    yield from _files()
    yield from deliveries.rows()
    yield from _whole_flow()
    yield from _tested()


def _row(case: str, value: Any, goal: Any) -> dict[str, Any]:
    return {
        "name": case,
        "metric": "fate",
        "value": value,
        "peer": None,
        "goal": goal,
        "reached": value == goal,
    }


def _files() -> Iterator[dict[str, Any]]:
    """Land every file at once, those refused each on a day of its own, and count all lines from the bytes."""
    with opened() as landing:
        paths = {}
        for number, case in enumerate(CASES):
            path = landing.folder / "shop" / str(_day(case, number)) / _name(case, number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(case.own_content(number))
            paths[path.relative_to(landing.folder).as_posix()] = (case, path)
        accounts = {account.source_file: account for account in landing.load(load_contracts()["shop"])}
        unaccounted = 0
        for source_file, (case, path) in paths.items():
            account = accounts[source_file]
            rejects = landing.connection.execute(
                "SELECT source_line, field, reason_code FROM raw.rejects WHERE source_file = ? ORDER BY ALL",
                [source_file],
            ).fetchall()
            yield _row(case.title, case.became(account, rejects), case.fate)
            if not account.is_refused:
                unaccounted += abs((physical_lines(path) or 0) - account.physical_line_count)
    yield {**_row(f"{len(CASES)} bad files", unaccounted, 0), "metric": "unaccounted lines"}


def _day(case: Case, number: int) -> date:
    return DAY + timedelta(number if case.refusal else 0)


def _name(case: Case, number: int) -> str:
    entity, _, form = case.name.partition(".")
    return case.name if case.refusal else f"{entity}.{number:03}.{form}"


def _whole_flow() -> Iterator[dict[str, Any]]:
    """Run a small shop with one day of bad input, and ask the tables."""
    os.environ.setdefault("DMP_KEY", "the proofs have no secrets")
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        write_world(home.landing, home.truth, people=60, days=30, seed=5)
        day = date.fromisoformat(max(path.name for path in (home.landing / "shop").iterdir())) + timedelta(1)
        whole_flow.land(home.landing, day)
        run = subprocess.run(
            [sys.executable, "-c", "from dmp.cli import main; main()", "run", "--home", str(home.root)],
            capture_output=True,
            text=True,
            check=False,
        )
        yield _row("a run over a day of bad input", f"exit code {run.returncode}", "exit code 0")
        if run.returncode:
            print(run.stdout[-2000:], run.stderr[-2000:], file=sys.stderr)
            return
        with duckdb.connect(str(home.warehouse), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            for case, (question, expected) in whole_flow.QUESTIONS.items():
                answers = [answer for (answer,) in connection.execute(question).fetchall()]
                found = answers[0] if len(answers) == 1 else f"{len(answers)} answers: {answers[:3]}"
                goal = expected.format(year_off=day.year - 3) if isinstance(expected, str) else expected
                yield _row(case, found, goal)


def _tested() -> Iterator[dict[str, Any]]:
    """Run the tests that show the cases which need more than a file."""
    tests = {case: f"tests/{file}::test_{name}" for case, (file, name) in TESTED.items()}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-rA", "-p", "no:cacheprovider", *tests.values()],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [
        line.split() for line in ran.stdout.splitlines() if line.startswith(("PASSED", "FAILED", "ERROR"))
    ]
    for case, test in tests.items():
        outcomes = {words[0] for words in told if words[1].startswith(test)}
        yield _row(case, ", ".join(sorted(outcomes)) or "not run", "PASSED")


if __name__ == "__main__":
    for found in found_fates():
        verdict = "reached" if found["reached"] else f"MISSED, wanted {found['goal']}"
        print(f"{found['name']:60} {found['value']} {verdict}", flush=True)
