"""Whether what readers see holds all that has landed."""

from __future__ import annotations

from collections.abc import Iterator

from dmp.builds import published_build
from dmp.checked_json import DamagedFileError
from dmp.landing.days import landed_days
from dmp.landing.readings import check_retired
from dmp.landing.strays import stray_files
from dmp.pending import pending_days
from dmp.settings import DmpError, Home, SettingsError
from dmp.upkeep.finding import Finding, command, ok, problem, warning
from dmp.upkeep.leftover_checks import is_locked
from dmp.upkeep.settings_checks import has_key


def landing(home: Home) -> Iterator[Finding]:
    """What has landed and is not published, by count of files, and files where no run looks."""
    strays = stray_files(home.landing)
    if strays:
        first = strays[0]
        yield warning("strays", f"{len(strays)} files are not read: {first.source_file}: {first.reason}")
    landed = {file: name for files in landed_days(home.landing).values() for file, name in files.items()}
    if not landed:
        yield problem("landing", f"nothing has landed in {home.landing}", command(home, "demo"))
        return
    try:
        build = published_build(home)
    except DamagedFileError as error:
        yield problem("published", str(error), command(home, "run"))
        return
    if build is None:
        yield warning(
            "published",
            f"nothing yet; {len(landed)} landed files in {home.landing} wait for the first run",
            command(home, "run"),
        )
        return
    yield _lag(home, build["as_of_date"], landed)
    known = {file: name for files in build["landed_days"].values() for file, name in files.items()}
    waiting = sorted(file for file in landed if landed[file] != known.get(file))
    if waiting:
        yield warning(
            "landing", f"{len(waiting)} files are not loaded yet: {waiting[0]}", command(home, "run")
        )
    else:
        yield ok("landing", f"all {len(landed)} files are loaded")
    yield from _pending(home)


def _lag(home: Home, as_of_date: str, landed: dict[str, str]) -> Finding:
    newest = max(file.split("/")[1] for file in landed)
    if newest > as_of_date:
        return warning(
            "published", f"as of {as_of_date}, the newest landed day is {newest}", command(home, "run")
        )
    return ok("published", f"as of {as_of_date}, the newest landed day")


def _pending(home: Home) -> Iterator[Finding]:
    """Say why the next run has something to do: new files, other code or settings, damage."""
    if is_locked(home) or not has_key(home):
        return
    try:
        pending = pending_days(home)
    except SettingsError:
        # Another key, or settings that cannot be read: each is told of by its own check.
        return
    if pending is None:
        yield ok("next run", "nothing to do: the published build is up to date and sound")
    else:
        yield warning(
            "next run",
            f"runs {pending.first} to {pending.last}: {pending.reason}",
            command(home, "run"),
        )


def retired_days(home: Home, *, is_thorough: bool = False) -> Iterator[Finding]:
    """Whether the rows of retired days are there and still what the contracts read; thorough: every byte of them.

    Nothing is said where no day is retired.
    """
    try:
        retired = check_retired(home, is_read=is_thorough)
    except DmpError as error:
        yield problem("retired days", str(error))
        return
    if retired.days:
        count = sum(map(len, retired.days.values()))
        yield ok(
            "retired days", f"up to {retired.last}: {count} files are gone, and every row they gave is kept"
        )
