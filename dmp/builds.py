"""What a published build says of itself, what made it, and whether its files are still what was published."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dmp.checked_json import DamagedFileError, read_checked
from dmp.settings import NOT_OF_A_BUILD, PROJECT, Home, Settings

BUILD_FILE = "build.json"


def code_version() -> str:
    """Return the SHA-256 over the code that decides what is built: Python, contracts, SQL, seeds, expectations.

    DuckDB's version is part of it: payloads are compared by its hash(), which another version may change (md5 would
    not, and costs 7 times as much: 1.2 instead of 0.17 CPU-s a million records).
    """
    digest = hashlib.sha256(version("duckdb").encode())
    parts = {"dmp": {".py", ".yaml"}, "dbt_project": {".sql", ".yml", ".csv"}, "expectations": {".yaml"}}
    for folder, suffixes in parts.items():
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in suffixes and "target" not in path.parts:
                digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def maker(home: Home, settings: Settings) -> dict[str, Any]:
    """Return what decides, beside the landing, which tables are made: the code, the settings and the home key."""
    return {
        "code_version": code_version(),
        "settings": own_settings(home, settings),
        "key_fingerprint": home.key_fingerprint,
    }


def own_settings(home: Home, settings: Settings) -> dict[str, Any]:
    """Return the home's settings that decide what is built; its own packs of tags are settings too."""
    own_packs = {path.name: content_hash(path) for path in sorted(home.tag_packs.glob("*.yaml"))}
    return {**settings.model_dump(mode="json", exclude=NOT_OF_A_BUILD), "own_tag_packs": own_packs}


def decisions(home: Home) -> dict[str, str]:
    """Return the files in which the owner decides what learned stages make, each with the SHA-256 of its contents.

    They are the home's own segments, its experiments and the models held in use; a change runs those stages again,
    not all days.
    """
    single = [path for path in (home.experiments, home.model_pins) if path.exists()]
    files = [*sorted(home.segments.glob("*.yaml")), *single]
    return {path.name: content_hash(path) for path in files}


def published_build(home: Home) -> dict[str, Any] | None:
    """Return what the current build says of itself, or None where nothing was published yet.

    Raises DamagedFileError.
    """
    return read_checked(home.published / BUILD_FILE)


def damaged_files(folder: Path) -> list[Path]:
    """Return the files of a build that are not what was published: every file is read."""
    try:
        build = read_checked(folder / BUILD_FILE)
    except DamagedFileError:
        build = None
    if build is None:
        return [folder / BUILD_FILE]
    return [
        folder / name
        for name, expected in build["files"].items()
        if not (folder / name).is_file() or content_hash(folder / name) != expected
    ]


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
