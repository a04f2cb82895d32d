"""The warehouse while a run has it open: the run's own connections share it, another process is told to wait."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dmp.settings import DmpError, Home
from dmp.warehouse import connect

OPEN_AND_WAIT = """
import sys
from dmp.settings import Home
from dmp.warehouse import connect
home = Home.at(sys.argv[1])
with connect(home, home.settings()):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_connections_of_one_process_see_each_others_rows_at_once(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    with connect(home, home.settings()):
        with connect(home, home.settings()) as first:
            first.execute("CREATE TABLE counted AS SELECT 7 AS number")
        with connect(home, home.settings()) as second:
            assert second.execute("FROM counted").fetchall() == [(7,)]


def test_a_reader_in_another_process_is_told_that_a_run_is_writing(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WAIT, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout and writer.stdout.readline() == "open\n"
        with (
            pytest.raises(DmpError, match="ask again when it has ended"),
            connect(home, home.settings(), read_only=True),
        ):
            pass
        writer.communicate("")
    with connect(home, home.settings(), read_only=True) as connection:
        assert connection.execute("SELECT 1").fetchall() == [(1,)]
