"""Whatever the order in which files came, were spoilt, mended, doubled or taken back: the raw tables are the same."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.comparing import database_digest
from benchmarks.replays import deliveries, load_raw
from dmp.settings import PROJECT, Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A shop of 6 days, loaded at once."""
    home = Home.at(tmp_path_factory.mktemp("at_once"))
    dirt = Dirt(late=0.05, duplicates=0.1, broken=0.02)
    write_world(home.landing, home.truth, people=20, days=6, seed=3, dirt=dirt)
    load_raw(home)
    return home


def everything(home: Home) -> dict[str, str]:
    vault = {f"vault {name}": rows for name, rows in database_digest(home.vault).items()}
    return {**database_digest(home.warehouse), **vault}


def test_random_batches_late_wrong_and_doubled_files_end_in_the_same_cells(
    at_once: Home, tmp_path: Path
) -> None:
    home = Home.at(tmp_path)
    chance = random.Random(5)  # noqa: S311 - a seeded order
    runs = [load_raw(home) for _ in deliveries(at_once.landing, home.landing, chance)]
    assert sum(run is not None for run in runs) > 2
    assert everything(home) == everything(at_once)


def test_a_file_that_came_twice_under_another_name_adds_nothing(at_once: Home, tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    shutil.copytree(at_once.landing, home.landing)
    events = sorted(home.landing.glob("shop/*/events.*"))[-1]
    later = events.parent.with_name("2099-01-01")
    later.mkdir()
    shutil.copy(events, later / events.name.replace("events.", "events.again."))
    load_raw(home)
    found, expected = everything(home), everything(at_once)
    assert found["raw.shop__events"] == expected["raw.shop__events"]
    assert found["raw.landed_files"] != expected["raw.landed_files"]


KILLED_LOAD = """
import os, signal, sys
from pathlib import Path
from benchmarks.replays import load_raw
from dmp.landing import loading
from dmp.settings import PROJECT, Home

written = loading.write_vault


def write_and_die(*arguments):
    written(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)


loading.write_vault = write_and_die
load_raw(Home.at(Path(sys.argv[1])))
"""


def test_a_load_that_is_killed_after_the_vault_and_before_the_warehouse_is_made_whole_by_the_next(
    at_once: Home, tmp_path: Path
) -> None:
    home = Home.at(tmp_path)
    shutil.copytree(at_once.landing, home.landing)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_LOAD, str(home.root)], check=False, env=os.environ, cwd=PROJECT
    )
    assert killed.returncode == -signal.SIGKILL
    assert (home.root / "vault.duckdb.wal").exists()
    assert load_raw(home) == "nothing is published yet"
    assert everything(home) == everything(at_once)
