"""Homes that went through the whole flow, built once per session, and the real data where it is at hand."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from dmp.defs.running import RunOutcome, run_pending
from dmp.pending import pending_days
from dmp.settings import PROJECT, Home
from dmp.world.dirt import Dirt
from dmp.world.shop import write_world

os.environ["DMP_KEY"] = "the tests have no secrets"
# A machine that is busy with other work fails no test.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest, so that two workers end together."""
    items.sort(key=lambda item: item.path.name != "test_equality.py")


def run_whole(home: Home, *, rebuild: bool = False) -> RunOutcome:
    """Run what is pending in a home, in this process."""
    pending = pending_days(home, rebuild=rebuild)
    assert pending is not None
    return run_pending(home, pending, lambda step: None)


@pytest.fixture(scope="session")
def run() -> Callable[..., RunOutcome]:
    return run_whole


@pytest.fixture(scope="session")
def shop_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The built-in shop, 300 people and 200 days with some dirt, from landing to the published build."""
    own = tmp_path_factory.getbasetemp()
    # Workers of one session lie side by side: one of them builds the shop, each has a copy.
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (shared / "shop.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built, done = Home.at(shared / "shop"), shared / "shop.done"
        if not done.exists():
            write_world(built.landing, built.truth, people=300, days=200, seed=7, dirt=Dirt.light())
            outcome = run_whole(built)
            assert outcome.is_success, outcome
            done.touch()
    return Home.at(shutil.copytree(built.root, own / "own_shop", symlinks=True))


@pytest.fixture
def shop_home_copy(shop_home: Home, tmp_path: Path) -> Home:
    """A copy that a test may break."""
    shutil.copytree(shop_home.root, tmp_path / "home", symlinks=True)
    return Home.at(tmp_path / "home")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets (DMP_DATA, else ../shared/data); the test is skipped, loudly, without it."""
    folder = Path(os.environ.get("DMP_DATA", PROJECT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data is absent: {folder} (set DMP_DATA)")
    return folder
