"""`dmp backup`, `dmp restore`, `dmp upgrade`: a home as a file and back, and a home under another release."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from dmp.settings import Home, SettingsError
from dmp.terminal import HomeOption, say
from dmp.upkeep.finding import command, size
from dmp.upkeep.settings_checks import has_key

FileArgument = Annotated[Path, typer.Argument(help="An archive: .tar, .tar.gz or .tar.zst.")]


def backup(
    file: FileArgument,
    home: HomeOption = None,
    with_key: Annotated[
        bool, typer.Option("--with-key", help="Put the home key into the archive too.")
    ] = False,
) -> None:
    """Write a home into one file: landing, settings, warehouse, vault, models, the current build."""
    from dmp.upkeep.backup import back_up
    from dmp.warehouse import exclusive

    place = Home.at(home)
    with exclusive(place, lambda: say("A run writes to this home: waiting for it to end.")):
        manifest = back_up(place, file, is_with_key=with_key)
    say(
        f"{len(manifest['files'])} files of {place.root}, {size(_bytes(manifest))}, are in {file}, "
        f"{size(file.stat().st_size)}, each with its SHA-256."
    )
    if manifest["links"]:
        say(f"Links are not followed: {len(manifest['links'])} are left out, first {manifest['links'][0]}.")
    if with_key:
        say("The key is in it: who has the file can name people in the data. Keep it as you keep the key.")
    else:
        say(
            "The key is not in it: keep it apart. Without it the restored tables can be read, but no run is "
            "accepted, nobody is found by a source's id, and the suppression list names nobody."
        )
    say("It holds people who are erased from now on until it is deleted: see docs/operations.md.")


def _bytes(manifest: dict[str, Any]) -> int:
    return sum(entry["bytes"] for entry in manifest["files"].values())


def restore(
    file: FileArgument,
    home: Annotated[Path, typer.Option("--home", help="A folder that is empty or not there yet.")],
    suppressions: Annotated[
        Path | None,
        typer.Option("--suppressions", help="A later home: whom it erased is erased here too."),
    ] = None,
) -> None:
    """Make a home of a backup, every file checked; nothing that is there is overwritten."""
    from dmp.upkeep.backup import restore as restored

    place = Home.at(home)
    manifest = restored(file, place)
    try:
        erased = _erase_again(place, Home.at(suppressions)) if suppressions else 0
    except BaseException:
        # A home with people in it who were erased elsewhere must not stay.
        shutil.rmtree(place.root, ignore_errors=True)
        raise
    say(f"{len(manifest['files'])} files, {size(_bytes(manifest))}, are in {place.root}, as they were.")
    if erased:
        say(f"{erased} later erasures were made here too.")
    if manifest["build_id"]:
        say(f"Readers see build {manifest['build_id']} as of {manifest['as_of_date']}.")
    if not has_key(place):
        say(
            f"The key is not in the backup: put it into {place.root}/secrets/key (chmod 600) or DMP_KEY "
            "before the next run, which is refused without it."
        )
    say(f"Next: {command(place, 'doctor')}")


def _erase_again(home: Home, later: Home) -> int:
    from dmp.privacy.commands import rebuild
    from dmp.privacy.reapplying import missing_receipts, reapply
    from dmp.warehouse import exclusive

    if not has_key(home):
        raise SettingsError("--suppressions needs the home key: set DMP_KEY, or take a backup --with-key")
    with exclusive(home):
        receipts = missing_receipts(home, later)
        reapply(home, receipts, lambda: rebuild(home))
    return len(receipts)


def upgrade(home: HomeOption = None) -> None:
    """Bring a home to this release, and say what the next run will do; a newer home is refused."""
    from dmp.upkeep.home_format import FORMAT, format_of
    from dmp.upkeep.home_format import upgrade as upgraded
    from dmp.warehouse import exclusive

    place = Home.at(home)
    if not place.root.is_dir():
        raise SettingsError(f"there is no home at {place.root}")
    before = format_of(place)
    with exclusive(place, lambda: say("A run writes to this home: waiting for it to end.")):
        done = upgraded(place)
    for step in done:
        say(f"Done: {step}.")
    say(f"Format {before} -> {FORMAT}." if done else f"{place.root} is of format {FORMAT} already.")
    _say_what_is_next(place)


def _say_what_is_next(home: Home) -> None:
    """Other code makes every table anew; say so before it costs hours. Raises DmpError where it cannot."""
    from dmp.builds import code_version, published_build
    from dmp.landing.readings import check_retired

    check_retired(home)
    build = published_build(home)
    if build is None:
        say(f"Nothing is published yet. Next: {command(home, 'run')}")
    elif build["code_version"] == code_version():
        say("The published build was made by this code: nothing else to do.")
    else:
        say(
            f"Other code made the published build: the next run makes every table anew from all "
            f"{len(build['landed_days'])} landed days. Readers keep the build from before until it is whole; "
            f"people keep their ids. Next: {command(home, 'run')}"
        )
