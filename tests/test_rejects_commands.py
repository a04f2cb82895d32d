"""`dmp rejects`: what was turned away, and its second chance."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from small_build import AS_OF, published_home
from typer.testing import CliRunner

from dmp import cli, rejects_commands
from dmp.landing.vault import open_vault
from dmp.pending import Pending
from dmp.settings import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published build with two rejects; the vault knows the text of one."""
    home = published_home(tmp_path_factory.mktemp("rejected"))
    with open_vault(home.vault) as vault:
        vault.execute(
            "INSERT INTO rejects BY NAME SELECT 'aa' AS content_hash, encode('{cut ann@example.org') AS content"
        )
    return home


def rejects(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["rejects", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_reject_is_listed_with_its_place_field_and_reason_in_words(home: Home) -> None:
    code, said = rejects("list", "--home", home.root)
    assert code == 0
    assert "shop/2026-06-28/events.jsonl\t5\toccurred_at\ta day ahead" in said
    assert "2 of 2 rejects" in said
    assert "{cut" not in said, "the text stays in the vault unless asked for"


@pytest.mark.parametrize(
    ("option", "value", "lines"),
    [
        ("--source", "shop", [3, 5]),
        ("--source", "toys", []),
        ("--entity", "orders", []),
        ("--reason", "future", [5]),
        ("--day", "2026-06-28", [3, 5]),
        ("--day", "2026-06-27", []),
        ("--limit", "1", [3]),
    ],
)
def test_the_list_can_be_narrowed(home: Home, option: str, value: str, lines: list[int]) -> None:
    code, said = rejects("list", "--home", home.root, "--json", option, value)
    assert code == 0
    assert [reject["source_line"] for reject in json.loads(said)["rejects"]] == lines


def test_the_text_comes_from_the_vault_on_request_and_addresses_are_masked(home: Home) -> None:
    _, said = rejects("list", "--home", home.root, "--text", "--json")
    assert [reject["text"] for reject in json.loads(said)["rejects"]] == ["{cut <email>", None]


def test_a_vault_in_use_is_one_sentence(home: Home) -> None:
    with duckdb.connect(str(home.vault)):
        code, said = rejects("list", "--home", home.root, "--text")
    assert code == 1
    assert "try again later" in said


def test_a_home_without_a_build_and_a_wrong_day_are_told_apart(tmp_path: Path) -> None:
    assert rejects("list", "--home", tmp_path)[0] == 1
    assert rejects("list", "--home", tmp_path, "--day", "yesterday")[0] == 2


def replayed(home: Home, monkeypatch: pytest.MonkeyPatch, *arguments: str, still: int) -> tuple[str, int]:
    """Return what a replay says and how often it ran, where `still` records would be rejected now."""
    day = home.landing / "shop" / "2026-06-28"
    day.mkdir(parents=True, exist_ok=True)
    (day / "events.jsonl").write_text('{"event_id": "e1"}\n' * still)
    runs: list[Path] = []
    pending = Pending(AS_OF, AS_OF, (AS_OF,), "the code changed")
    monkeypatch.setattr(rejects_commands, "pending_days", lambda _: pending)
    monkeypatch.setattr(cli, "run", runs.append)
    code, said = rejects("replay", "--home", home.root, *arguments)
    assert code == 0, said
    return said, len(runs)


def test_a_replay_runs_only_where_a_record_would_be_admitted(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert replayed(home, monkeypatch, still=2)[1] == 0
    said, runs = replayed(home, monkeypatch, still=1)
    assert (runs, "2 rejects; 1 would be admitted now" in said) == (1, True)


def test_a_dry_run_only_says_what_would_be_admitted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    said, runs = replayed(home, monkeypatch, "--dry-run", still=0)
    assert (runs, "2 would be admitted now" in said) == (0, True)


def test_where_nothing_was_mended_nothing_is_read_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejects_commands, "pending_days", lambda _: None)
    code, said = rejects("replay", "--home", home.root)
    assert code == 0
    assert "0 would be admitted now. Mend the contract or the file" in said


def test_an_unknown_source_is_wrong_use(home: Home) -> None:
    assert rejects("replay", "--home", home.root, "--source", "toys")[0] == 2
