"""The builds that a home still holds, and which of them a person means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dmp.builds import BUILD_FILE
from dmp.checked_json import DamagedFileError, read_checked
from dmp.settings import Home, SettingsError

CURRENT = "published"


def kept_builds(home: Home) -> list[dict[str, Any]]:
    """Return what each whole build says of itself, in the order of their last landed day and id."""
    found = []
    for path in sorted(home.builds.glob("[!.]*")) if home.builds.is_dir() else []:
        try:
            build = read_checked(path / BUILD_FILE)
        except DamagedFileError:
            continue
        found += [build] if build else []
    return sorted(found, key=lambda build: (build["as_of_date"], build["build_id"]))


def build_named(home: Home, text: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a build, and what it says, by its id, the beginning of it, or `published`.

    Raises SettingsError that lists the builds there are.
    """
    builds = kept_builds(home)
    meant = home.published.resolve().name if text == CURRENT else text
    found = [build for build in builds if meant and build["build_id"].startswith(meant)]
    if len(found) != 1:
        there = ", ".join(f"{build['build_id']} as of {build['as_of_date']}" for build in builds) or "none"
        how = "no build" if not found else f"{len(found)} builds"
        raise SettingsError(
            f"{how} of {home.root} goes by '{text}'; there are: {there} (`builds_kept` in settings.yaml says how many)"
        )
    return home.builds / found[0]["build_id"], found[0]
