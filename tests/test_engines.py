"""What the benchmarks of engines and ratios count and compare. They run by hand; nothing here is timed."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from benchmarks.ratios import RATIOS, changes
from benchmarks.same_work.cells import compared
from benchmarks.same_work.made_log import write_log

REPOSITORY = Path(__file__).parents[1]
BURN = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
# The process that is left behind ends after its parent.
LEAVES_ONE_BEHIND = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', '''{BURN}'''])"
# A process of its own: `spent` waits for every child that its process has.
MEASURE = """
import json, sys
from dataclasses import asdict
from benchmarks.spent import spent
print(json.dumps(asdict(spent([sys.executable, "-c", sys.argv[1]], float(sys.argv[2])))))
"""


def measured(code: str, timeout_seconds: float = 60) -> dict:
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, code, str(timeout_seconds)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def test_a_process_left_behind_by_its_parent_is_counted():
    found = measured(LEAVES_ONE_BEHIND)
    assert found["cpu_seconds"] >= 0.3
    assert found["error"] is None


def test_a_failure_and_an_endless_command_are_told():
    assert measured("raise SystemExit('no such log')")["error"] == "exit code 1: no such log"
    assert measured("import time; time.sleep(60)", timeout_seconds=0.2)["error"] == "out of time"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("engines")
    write_log(folder / "log.parquet", 20_000)
    target = folder / "answers"
    target.mkdir()
    command = [
        sys.executable,
        "-m",
        "benchmarks.same_work.on_duckdb",
        str(folder / "log.parquet"),
        str(target),
    ]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    return target


def test_pandas_answers_as_the_platforms_sql(answers, tmp_path):
    log = answers.parent / "log.parquet"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.same_work.on_pandas", str(log), str(tmp_path)], check=True
    )
    found = compared(answers, tmp_path)
    assert {table: one["differing"] for table, one in found.items() if one["differing"]} == {}
    assert all(one["rows"] for one in found.values())


def test_one_other_cell_is_two_rows_that_differ_and_a_missing_table_differs(answers, tmp_path):
    others = tmp_path / "others"
    shutil.copytree(answers, others)
    changed = f"""
        SELECT * EXCLUDE (place) REPLACE (amount_cents + (place = 7)::INT AS amount_cents)
        FROM (SELECT *, row_number() OVER () AS place FROM '{answers}/sessions.parquet')
    """
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({changed}) TO '{others}/sessions.parquet'")
    (others / "top_categories.parquet").unlink()
    found = compared(answers, others)
    assert found["sessions"]["differing"] == 2
    assert "top_categories.parquet" in found["top_categories"]["differing"]
    assert found["profiles"]["differing"] == 0


def test_the_same_log_is_made_twice(answers, tmp_path):
    write_log(tmp_path / "log.parquet", 20_000)
    assert (tmp_path / "log.parquet").read_bytes() == (answers.parent / "log.parquet").read_bytes()


def test_a_report_says_which_ratio_became_worse_and_which_is_noise():
    line = {"machine": "some processor, 2 cores, load before 0.1", **dict.fromkeys(RATIOS, 2.0)}
    later = {**line, "commit": "b", "cpu_of_scan": 4.5, "cpu_of_pandas": 1.0, "memory_of_pandas": 2.1}
    assert changes([{**line, "commit": "a"}]) == ["nothing to compare with yet"]
    told = changes([{**line, "commit": "a"}, later])
    assert told[0] == "a -> b"
    verdicts = {text.split()[0]: text.split()[-1] for text in told[1:]}
    assert verdicts == {
        "cpu_of_scan": "WORSE",
        "cpu_of_scan_and_sort": "noise",
        "cpu_of_pandas": "better",
        "memory_of_pandas": "noise",
    }
