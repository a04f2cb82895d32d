"""The command line: what is printed, on which stream, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_build import ANN, published_home
from typer.testing import CliRunner, Result

from dmp.cli import app
from dmp.settings import DmpError, Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published build, and a landed day that is not part of it."""
    home = published_home(tmp_path_factory.mktemp("published") / "home")
    day = home.landing / "shop" / "2026-06-29"
    day.mkdir(parents=True)
    (day / "events.jsonl").write_text("{}\n")
    return home


def dmp(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_help_groups_the_commands_by_task() -> None:
    lines = dmp("--help").stdout.splitlines()
    groups = [line.split()[1] for line in lines if line.startswith("╭─")]
    assert groups == ["Options", "Run", "Look", "Privacy", "Keep", "Decide"]


def test_status_says_what_is_published_and_what_is_pending(home: Home) -> None:
    shown = dmp("status", "--home", home.root)
    assert shown.exit_code == 0
    assert "as of 2026-06-28" in shown.stdout
    assert "2026-06-29 to 2026-06-29" in shown.stdout
    report = json.loads(dmp("status", "--home", home.root, "--json").stdout)
    assert report["accounts"]["record_count"] == 12
    assert report["accounts"]["rejected_count"] == 2
    assert report["tables"]["user_profiles"] == 3


def test_status_of_an_empty_home_is_wrong_use_with_a_way_out(tmp_path: Path) -> None:
    shown = dmp("status", "--home", tmp_path)
    assert shown.exit_code == 2
    assert "dmp demo" in shown.stderr


def test_an_answer_is_tab_separated_where_no_terminal_reads_it(home: Home) -> None:
    query = "SELECT user_id, age, purchase_amount_life FROM user_profiles ORDER BY user_id"
    shown = dmp("sql", query, "--home", home.root, "--limit", 2)
    assert shown.stdout.splitlines() == [
        "user_id\tage\tpurchase_amount_life",
        f"{ANN}\t36\t812.4000",
        "00000000000000b2\t\t0.0000",
    ]


def test_json_has_numbers_as_numbers_and_null_for_nothing(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "question.sql"
    path.write_text(
        "SELECT purchase_amount_life, age, as_of_date, ['a'] AS names, 'NaN'::DOUBLE AS undefined "
        "FROM user_profiles ORDER BY user_id LIMIT 2"
    )
    ann, bob = json.loads(dmp("sql", path, "--home", home.root, "--json").stdout)
    assert ann == {
        "purchase_amount_life": 812.4,
        "age": 36,
        "as_of_date": "2026-06-28",
        "names": ["a"],
        "undefined": None,
    }
    assert bob["age"] is None


@pytest.mark.parametrize(
    "query", ["DROP TABLE user_profiles", "SELECT * FROM read_csv('/etc/passwd')", "absent.sql"]
)
def test_a_question_that_is_none_is_wrong_use(home: Home, query: str) -> None:
    shown = dmp("sql", query, "--home", home.root)
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert shown.stderr.startswith("error: ")


def test_a_profile_is_a_card_or_json(home: Home) -> None:
    card = dmp("profile", "ann", "--home", home.root)
    assert (card.exit_code, card.stdout.splitlines()[0]) == (0, f"Person {ANN}")
    assert json.loads(dmp("profile", "ann", "--home", home.root, "--json").stdout)["profile"]["age"] == 36


def test_an_unknown_person_is_one_sentence_and_exit_code_1(home: Home) -> None:
    for command in ("profile", "recommend"):
        shown = dmp(command, "carol", "--home", home.root)
        assert (shown.exit_code, shown.stdout) == (1, "")
        assert "nobody" in shown.stderr
        assert "Traceback" not in shown.stderr


def test_recommendations_are_json_too(home: Home) -> None:
    assert json.loads(dmp("recommend", ANN, "--home", home.root, "--json").stdout)["recommendations"] == []


def test_the_home_comes_from_the_environment_where_none_is_given(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMP_HOME", str(home.root))
    assert dmp("profile", "ann").exit_code == 0


def test_a_traceback_is_shown_to_those_who_ask_for_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DMP_DEBUG", "1")
    assert isinstance(dmp("profile", "carol", "--home", home.root).exception, DmpError)


def test_a_bad_setting_names_its_file_and_field(tmp_path: Path) -> None:
    home = published_home(tmp_path / "home")
    (home.root / "settings.yaml").write_text("threads: many\n")
    shown = dmp("profile", "ann", "--home", home.root)
    assert shown.exit_code == 2
    assert "settings.yaml: threads" in shown.stderr


def test_an_unknown_source_is_wrong_use(tmp_path: Path) -> None:
    shown = dmp("import", "nowhere", "--from", tmp_path, "--home", tmp_path)
    assert shown.exit_code == 2
    assert "nowhere" in shown.stderr


def test_a_run_with_nothing_new_says_so(shop_home: Home) -> None:
    shown = dmp("run", "--home", shop_home.root)
    assert shown.exit_code == 0
    assert "up to date" in " ".join(shown.stdout.split())


def test_the_program_leaves_with_its_exit_code_and_clean_streams(home: Home) -> None:
    program = [sys.executable, "-c", "from dmp.cli import main; main()"]
    found = subprocess.run(
        [*program, "profile", "carol", "--home", str(home.root)],
        capture_output=True,
        check=False,
        text=True,
        env=os.environ,
    )
    assert (found.returncode, found.stdout) == (1, "")
    assert len(found.stderr.strip().splitlines()) == 1
