"""What the units and the container file name is there: commands, files, the account's folders."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.cli import app
from dmp.settings import PROJECT

PACKAGING = PROJECT / "packaging"


@pytest.mark.parametrize("name", ["dmp-run.service", "dmp.service"])
def test_a_unit_starts_a_command_that_there_is(name: str) -> None:
    (start,) = [line for line in (PACKAGING / name).read_text().splitlines() if line.startswith("ExecStart=")]
    program, command, *options = start.removeprefix("ExecStart=").split()
    assert program == "/opt/dmp/.venv/bin/dmp"
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert told.exit_code == 0
    assert all(option in told.stdout for option in options if option.startswith("--"))


def test_the_container_copies_files_that_there_are() -> None:
    lines = (PACKAGING / "Containerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert len(copied) >= 7
    assert [name for name in copied if not (PROJECT / name).exists()] == []


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is absent (Debian package systemd)")
    for path in PACKAGING.glob("dmp*"):
        text = (
            path.read_text().replace("/opt/dmp/.venv/bin/dmp", "/bin/true").replace("/opt/dmp/docs", "/usr")
        )
        (tmp_path / path.name).write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    checked = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
