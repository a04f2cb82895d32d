"""What a home's owner decides: settings that can be read, a time zone, and the key that names people."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from dmp.builds import published_build
from dmp.checked_json import DamagedFileError
from dmp.settings import Home, SettingsError
from dmp.upkeep.finding import Finding, ok, problem, warning


def settings_file(home: Home) -> Iterator[Finding]:
    """Whether `settings.yaml` can be read, and the time zone in it is one."""
    path = home.root / "settings.yaml"
    try:
        settings = home.settings()
    except SettingsError as error:
        yield problem("settings", str(error), f"mend {shlex.quote(str(path))}")
        return
    yield ok("settings", f"{path} is read" if path.exists() else "none: every setting has its default")
    zone = settings.time_zone
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield problem("time zone", f"'{zone}' is no zone that this machine knows", f"mend {path}")
    else:
        if "time_zone" in settings.model_fields_set:
            yield ok("time zone", f"an event's date is read in {zone}")
        else:
            yield warning(
                "time zone",
                "none is set, so an event's date is read in UTC; a change later makes every table anew",
                f"echo 'time_zone: Europe/Lisbon' >> {shlex.quote(str(path))}",
            )


def home_key(home: Home) -> Iterator[Finding]:
    """Whether the key is there, is the one of the published build, and nobody else may read it.

    Never makes one, as a run would.
    """
    folder, path = home.root / "secrets", home.root / "secrets" / "key"
    if has_key(home):
        yield _fitting(home)
    elif home.published.exists():
        yield problem(
            "key",
            f"{path} is gone or empty and DMP_KEY is not set: no run can join new records to the people of "
            "the published build",
            "restore the key from where it is kept",
        )
    else:
        yield ok("key", "none yet: the first run makes one")
    if path.exists() and path.stat().st_mode & 0o077:
        yield problem(
            "key file",
            f"others may read {path}: who holds the key can test whether a known person is in the data",
            f"chmod 600 {shlex.quote(str(path))}",
        )
    if folder.exists() and folder.stat().st_mode & 0o077:
        yield warning("key folder", f"others may look into {folder}", f"chmod 700 {shlex.quote(str(folder))}")


def has_key(home: Home) -> bool:
    """Whether a run would find a key and not make one."""
    path = home.root / "secrets" / "key"
    return bool(os.environ.get("DMP_KEY") or (path.exists() and path.read_bytes().strip()))


def _fitting(home: Home) -> Finding:
    where = "DMP_KEY" if os.environ.get("DMP_KEY") else str(home.root / "secrets" / "key")
    try:
        build = published_build(home)
    except DamagedFileError:
        build = None
    if build and build["key_fingerprint"] != home.key_fingerprint:
        return problem(
            "key",
            f"{where} is another key than the published build was made with: no run is accepted",
            "restore the key from where it is kept",
        )
    return ok("key", f"from {where}; keep a copy of it apart from the home's backups")
