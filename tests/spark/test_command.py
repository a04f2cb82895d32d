"""`dmp spark`: what it says; the tables that it makes are the proof `benchmarks.proofs.spark`, which needs Spark."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.settings import Home
from dmp.spark import building


def spark(home: Path) -> Result:
    return CliRunner().invoke(app, ["spark", "--home", str(home)])


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The extra and Java, as far as the command looks for them."""
    for name in ("dbt.adapters.spark", "pyspark"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    (tmp_path / "java" / "bin").mkdir(parents=True)
    (tmp_path / "java" / "bin" / "java").touch()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "dbt.adapters.spark", None)
    shown = spark(tmp_path)
    assert shown.exit_code == 2
    assert "install the extra `spark` (docs/spark.md)" in shown.stderr


@pytest.mark.usefixtures("installed")
def test_without_java_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", "")
    shown = spark(tmp_path)
    assert shown.exit_code == 2
    assert "no Java found: Spark needs Java 17" in shown.stderr


@pytest.mark.usefixtures("installed")
def test_before_the_first_run_there_is_nothing_to_put_on_spark(tmp_path: Path) -> None:
    shown = spark(tmp_path)
    assert shown.exit_code == 2
    assert "run `dmp run" in shown.stderr


@pytest.mark.usefixtures("installed")
def test_a_folder_that_holds_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    other = tmp_path / "shared" / "letters" / "a.txt"
    other.parent.mkdir(parents=True)
    other.touch()
    home.root.mkdir()
    home.warehouse.touch()
    (home.root / "settings.yaml").write_text(f"spark: {{warehouse: {tmp_path / 'shared'}}}\n")
    shown = spark(home.root)
    assert shown.exit_code == 2
    assert "holds letters, which no run on Spark made" in shown.stderr
    assert other.exists()


def test_at_the_end_it_says_which_master_made_the_tables_and_where_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        building,
        "build_on_spark",
        lambda home, settings, told: told("seeds and staging") or home.root / "spark",
    )
    shown = spark(tmp_path)
    assert "seeds and staging" in shown.stdout
    assert "local[1] made the tables" in shown.stdout
    assert f"{tmp_path / 'spark'}/<schema>.db/<table>/" in shown.stdout
