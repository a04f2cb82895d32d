"""A home as one file, and a home made of such a file. Neither changes the home that is there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dmp import __version__
from dmp.builds import published_build
from dmp.settings import Home, SettingsError
from dmp.upkeep.archive import compression, unpack, write_archive
from dmp.upkeep.home_format import format_of, refuse_newer
from dmp.upkeep.home_parts import backed_up, links_in

CLOSED_FOLDERS = ("secrets", "erasures", "landing/.retired")


def back_up(home: Home, target: Path, *, is_with_key: bool = False) -> dict[str, Any]:
    """Write a home into an archive and return its manifest; the caller holds the home's lock, so nothing moves.

    Manifest: format, dmp_version, build_id, as_of_date, key_fingerprint, is_with_key, links, files. Files that land
    meanwhile are in the archive or not; a run after the restore loads what the build lacks.
    """
    compression(target)
    if target.exists():
        raise SettingsError(f"{target} is there already: choose another name")
    if not home.root.is_dir():
        raise SettingsError(f"there is no home at {home.root}")
    if is_with_key and not (home.root / "secrets" / "key").exists():
        raise SettingsError("the key of this home is in DMP_KEY, not in a file: keep it apart")
    build = published_build(home) or {}
    notes = {
        "format": format_of(home),
        "dmp_version": __version__,
        "build_id": build.get("build_id"),
        "as_of_date": build.get("as_of_date"),
        "key_fingerprint": build.get("key_fingerprint"),
        "is_with_key": is_with_key,
        "links": [str(path.relative_to(home.root)) for path in links_in(home)],
    }
    return write_archive(target, home.root, backed_up(home, is_with_key=is_with_key), notes)


def restore(source: Path, home: Home) -> dict[str, Any]:
    """Make a home of an archive and return the manifest; the home appears whole, or not at all.

    Raises SettingsError where something is there already, DmpError for an archive that is not what was written or is
    of a newer release.
    """
    if home.root.exists() and any(home.root.iterdir()):
        raise SettingsError(f"{home.root} is not empty: a restore never overwrites, choose another --home")
    with _unfinished(home) as folder:
        manifest = unpack(source, folder)
        refuse_newer(manifest["format"], source)
        _finish(folder, manifest)
        if home.root.exists():
            home.root.rmdir()
        folder.rename(home.root)
    return manifest


@contextmanager
def _unfinished(home: Home) -> Iterator[Path]:
    folder = home.root.with_name(f".{home.root.name}.restoring.{os.getpid()}")
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _finish(folder: Path, manifest: dict[str, Any]) -> None:
    """Make what a tar of files does not hold: the link to the current build, and folders that are closed to others."""
    if build_id := manifest["build_id"]:
        (folder / "published").symlink_to(Path("builds") / build_id)
    for name in CLOSED_FOLDERS:
        if (folder / name).is_dir():
            (folder / name).chmod(0o700)
    folder.chmod(0o755)
