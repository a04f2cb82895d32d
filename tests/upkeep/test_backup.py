"""A home as one file: whole or refused, without what is under way and without the key, and the same home again."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import stat
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dmp.builds import damaged_files, published_build
from dmp.cli import app
from dmp.pending import pending_days
from dmp.settings import DmpError, Home, SettingsError
from dmp.upkeep.archive import MANIFEST, unpack
from dmp.upkeep.backup import back_up, restore
from dmp.upkeep.home_format import FORMAT, format_of, keep_format


def dmp(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def full_home(home: Home) -> Home:
    """The home with something in each of its parts, and with what is under way beside it."""
    for name, content in {
        "landing/shop/2026-06-28/events.jsonl": b"{}\n",
        "landing/shop/2026-06-28/.orders.jsonl": b"on its wa",
        "landing/.fingerprints.json": b"{}",
        "settings.yaml": b"list_length: 7\n",
        "experiments.yaml": b"{}\n",
        "segments/mine.yaml": b"{}\n",
        "models/purchase_30d/0123/model.txt": b"tree",
        "erasures/0123.json": b"{}",
        "warehouse.duckdb.wal": b"log",
        "dagster/history/runs.db": b"runs",
        "secrets/key": b"a key",
        "builds/.4567/dmp.duckdb": b"half",
        "builds/older/dmp.duckdb": b"older",
    }.items():
        (home.root / name).parent.mkdir(parents=True, exist_ok=True)
        (home.root / name).write_bytes(content)
    return home


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.zst"])
def test_a_restored_home_holds_what_people_and_runs_put_there_and_nothing_under_way(
    full_home: Home, tmp_path: Path, suffix: str
) -> None:
    back_up(full_home, tmp_path / f"home{suffix}")
    restored = Home.at(tmp_path / "restored")
    restore(tmp_path / f"home{suffix}", restored)
    left_out = {
        "landing/shop/2026-06-28/.orders.jsonl",
        "landing/.fingerprints.json",
        "dagster/history/runs.db",
        "secrets/key",
        "builds/.4567/dmp.duckdb",
        "builds/older/dmp.duckdb",
    }
    before = contents(full_home.root)
    assert contents(restored.root) == {name: before[name] for name in before.keys() - left_out}
    assert published_build(restored) == published_build(full_home)
    assert damaged_files(restored.published.resolve()) == []
    assert stat.S_IMODE((restored.root / "erasures").stat().st_mode) == 0o700


def test_the_same_home_gives_the_same_bytes_and_only_its_owner_reads_them(
    full_home: Home, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        back_up(full_home, tmp_path / f"{name}.tar.gz")
        for path in full_home.landing.rglob("*"):
            path.touch()
    assert (tmp_path / "one.tar.gz").read_bytes() == (tmp_path / "two.tar.gz").read_bytes()
    assert stat.S_IMODE((tmp_path / "one.tar.gz").stat().st_mode) == 0o600


def test_the_key_is_in_the_archive_only_if_asked_for_and_stays_closed(
    full_home: Home, tmp_path: Path
) -> None:
    back_up(full_home, tmp_path / "home.tar.gz", is_with_key=True)
    restored = Home.at(tmp_path / "restored")
    restore(tmp_path / "home.tar.gz", restored)
    key = restored.root / "secrets" / "key"
    assert key.read_bytes() == b"a key"
    (full_home.root / "secrets" / "key").unlink()
    with pytest.raises(SettingsError, match="is in DMP_KEY"):
        back_up(full_home, tmp_path / "other.tar.gz", is_with_key=True)


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.999])
@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tar.zst"])
def test_an_archive_that_is_cut_short_makes_no_home(
    full_home: Home, tmp_path: Path, suffix: str, kept: float
) -> None:
    path = tmp_path / f"home{suffix}"
    back_up(full_home, path)
    whole = path.read_bytes()
    # A tar ends in blocks of zeros, which may be missing.
    end = len(whole.rstrip(b"\0")) if suffix == ".tar" else len(whole)
    path.write_bytes(whole[: int(end * kept)])
    with pytest.raises(DmpError, match="damaged or cut short"):
        restore(path, Home.at(tmp_path / "restored"))
    assert sorted(found.name for found in tmp_path.iterdir()) == ["home", path.name]


def test_a_bit_that_turned_in_a_file_makes_no_home(full_home: Home, tmp_path: Path) -> None:
    path = tmp_path / "home.tar"
    back_up(full_home, path)
    path.write_bytes(path.read_bytes().replace(b"list_length: 7", b"list_length: 9"))
    with pytest.raises(DmpError, match="not those of its manifest"):
        restore(path, Home.at(tmp_path / "restored"))
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside", "landing/../../outside"])
def test_an_archive_never_writes_outside_of_the_new_home(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"x"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(DmpError, match="which no backup holds"):
        unpack(path, tmp_path / "folder")
    assert contents(tmp_path / "folder") == {}


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        entry = tarfile.TarInfo("landing")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc"
        archive.addfile(entry)
    with pytest.raises(DmpError, match="which no backup holds"):
        unpack(path, tmp_path)


def test_nothing_that_is_there_is_overwritten(full_home: Home, tmp_path: Path) -> None:
    path = tmp_path / "home.tar.gz"
    back_up(full_home, path)
    before = contents(full_home.root), path.read_bytes()
    with pytest.raises(SettingsError, match="never overwrites"):
        restore(path, full_home)
    with pytest.raises(SettingsError, match="is there already"):
        back_up(full_home, path)
    assert (contents(full_home.root), path.read_bytes()) == before


def test_a_backup_of_a_newer_release_is_refused(home: Home, tmp_path: Path) -> None:
    keep_format(home, FORMAT + 1)
    back_up(home, tmp_path / "home.tar.gz")
    with pytest.raises(SettingsError, match="install the release that made it"):
        restore(tmp_path / "home.tar.gz", Home.at(tmp_path / "restored"))


def test_links_are_left_out_and_named(full_home: Home, tmp_path: Path) -> None:
    (full_home.landing / "shop" / "2026-06-29").symlink_to(tmp_path)
    manifest = back_up(full_home, tmp_path / "home.tar.gz")
    assert manifest["links"] == ["landing/shop/2026-06-29"]
    assert not any("2026-06-29" in name for name in manifest["files"])
    with tarfile.open(fileobj=gzip.open(tmp_path / "home.tar.gz")) as archive:
        last = archive.getmembers()[-1]
        content = archive.extractfile(last)
        assert content is not None
        assert (last.name, json.loads(content.read())) == (MANIFEST, manifest)


def test_the_commands_say_what_cannot_be_done_without_the_key(
    full_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = dmp("backup", tmp_path / "home.tar.zst", "--home", full_home.root)
    assert shown.exit_code == 0
    assert "The key is not in it" in shown.stdout
    monkeypatch.delenv("DMP_KEY")
    shown = dmp("restore", tmp_path / "home.tar.zst", "--home", tmp_path / "restored")
    assert shown.exit_code == 0
    assert "The key is not in the backup" in shown.stdout
    assert not (tmp_path / "restored" / "secrets").exists()
    shown = dmp("restore", tmp_path / "home.tar.zst", "--home", tmp_path / "restored")
    assert shown.exit_code == 2
    shown = dmp("backup", tmp_path / "home.zip", "--home", full_home.root)
    assert (shown.exit_code, "ends in .tar" in shown.stderr) == (2, True)


def test_the_next_run_of_a_restored_home_has_nothing_to_do(shop_home: Home, tmp_path: Path) -> None:
    back_up(shop_home, tmp_path / "home.tar.zst")
    restored = Home.at(tmp_path / "restored")
    restore(tmp_path / "home.tar.zst", restored)
    assert pending_days(restored) is None
    assert format_of(restored) == FORMAT, "the run that made the home said its format"
    shutil.rmtree(restored.root)
