"""A small shop of which some days may be retired, and what tables it makes: for tests and their comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from benchmarks.comparing import database_digest
from benchmarks.replays import load_raw
from dmp import builds
from dmp.landing.days import landed_days
from dmp.settings import Home
from dmp.upkeep import retiring
from dmp.upkeep.retiring import plan_retirement, retire
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

FEW = 4


@contextmanager
def few_days_kept() -> Iterator[None]:
    """Let all but the newest four days be retired: four weeks, and a look at all the code each time, only cost time."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(builds, "code_version", lambda: "the code of these tests")
        patched.setattr(retiring, "DAYS_KEPT", FEW)
        yield


def loaded_shop(root: Path) -> Home:
    """Make a shop of 12 days with late, doubled and broken records, loaded; nothing of it is retired."""
    home = Home.at(root)
    dirt = Dirt(late=0.1, duplicates=0.2, broken=0.1)
    write_world(home.landing, home.truth, people=60, days=12, seed=3, dirt=dirt)
    load_raw(home)
    return home


def bound(home: Home) -> date:
    """Return the last date before which days may be retired."""
    return max(landed_days(home.landing)) - timedelta(days=FEW - 1)


def retire_old_days(home: Home) -> None:
    """Retire the oldest eight days."""
    retire(home, plan_retirement(home, bound(home)))


def everything(home: Home) -> dict[str, str]:
    """Return a digest of every table."""
    vault = {f"vault {name}": rows for name, rows in database_digest(home.vault).items()}
    return {**database_digest(home.warehouse), **vault}


def records(home: Home) -> dict[str, str]:
    """Return a digest of every entity and the rejects, less their lines: an erasure moves lines up."""
    digests = database_digest(home.warehouse, without=("source_line",))
    return {name: rows for name, rows in digests.items() if name.startswith(("raw.shop__", "raw.rejects"))}


def make_anew(home: Home) -> None:
    """Lose both databases and make them anew."""
    home.warehouse.unlink()
    home.vault.unlink()
    assert load_raw(home) == "warehouse.duckdb is gone"
