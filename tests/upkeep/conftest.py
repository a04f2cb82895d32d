"""A published home of three people, made once; every test breaks its own copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from small_build import published_home

from dmp.settings import Home


@pytest.fixture(scope="session")
def sound_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return published_home(tmp_path_factory.mktemp("sound") / "home")


@pytest.fixture
def home(sound_home: Home, tmp_path: Path) -> Home:
    shutil.copytree(sound_home.root, tmp_path / "home", symlinks=True)
    return Home.at(tmp_path / "home")
