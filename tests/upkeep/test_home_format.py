"""Homes of other releases: older ones are brought up to this one, newer ones refused."""

from __future__ import annotations

import stat

import pytest
from typer.testing import CliRunner

from dmp.cli import app
from dmp.settings import DmpError, Home, SettingsError
from dmp.upkeep import home_format
from dmp.upkeep.home_format import FORMAT, FORMAT_FILE, format_of, keep_format, upgrade


def test_a_home_from_before_formats_is_upgraded_once(home: Home) -> None:
    (home.root / "secrets").mkdir(mode=0o755)
    assert format_of(home) == 0
    assert len(upgrade(home)) == FORMAT
    assert stat.S_IMODE((home.root / "secrets").stat().st_mode) == 0o700
    assert (format_of(home), upgrade(home)) == (FORMAT, [])


def test_a_step_that_fails_is_where_the_next_upgrade_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def step(name: str) -> None:
        if made.count(name) == 0 and name == "second":
            made.append(name)
            raise OSError("no room")
        made.append(name)

    steps = [lambda _, name=name: step(name) for name in ("first", "second", "third")]
    monkeypatch.setattr(home_format, "STEPS", steps)
    monkeypatch.setattr(home_format, "FORMAT", 3)
    with pytest.raises(OSError, match="no room"):
        upgrade(home)
    assert format_of(home) == 1
    upgrade(home)
    assert (made, format_of(home)) == (["first", "second", "second", "third"], 3)


def test_a_newer_home_is_refused_and_left_as_it_is(home: Home) -> None:
    keep_format(home, FORMAT + 1)
    with pytest.raises(SettingsError, match="install the release that made it"):
        upgrade(home)
    assert format_of(home) == FORMAT + 1
    shown = CliRunner().invoke(app, ["upgrade", "--home", str(home.root)])
    assert shown.exit_code == 2


def test_a_format_that_is_no_number_is_never_guessed(home: Home) -> None:
    (home.root / FORMAT_FILE).write_text("two\n")
    with pytest.raises(DmpError, match="holds no number"):
        format_of(home)


def test_the_command_says_that_this_code_made_the_build(home: Home) -> None:
    shown = CliRunner().invoke(app, ["upgrade", "--home", str(home.root)])
    assert shown.exit_code == 0
    assert f"Format 0 -> {FORMAT}." in shown.stdout
    assert "made by this code: nothing else to do" in shown.stdout
