"""Removes the landed files of old days and keeps what they gave: every table can be made anew all the same.

First the rows are written beside the landing and compared with the accounts, then the record says which files go, then
they go. Stopped before the record, nothing has happened; stopped after it, the next run or retirement removes the rest.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from dmp.builds import content_hash, published_build
from dmp.checked_json import write_checked
from dmp.landing.contract import load_contracts
from dmp.landing.days import landed_days
from dmp.landing.readings import check_retired, reading
from dmp.landing.retired_days import (
    NEVER_RETIRED,
    RetiredDays,
    keep_retired,
    read_retired,
    remove_unnamed,
)
from dmp.landing.retired_files import remove_leftovers
from dmp.landing.retired_writing import write_rows
from dmp.pending import pending_days
from dmp.privacy.person import open_home
from dmp.privacy.receipts import BEGUN, read_receipts, suppressed_keys
from dmp.privacy.retired_records import erase_retired
from dmp.settings import DmpError, Home, SettingsError
from dmp.upkeep.home_format import upgrade

# Deliveries of the last weeks are still mended in their own files; a late fact lands in a day of its own.
DAYS_KEPT = 28
SUMS = """
SELECT coalesce(sum(byte_count), 0)::BIGINT, coalesce(sum(accepted_count), 0)::BIGINT,
    coalesce(sum(rejected_count), 0)::BIGINT
FROM warehouse.raw.landed_files WHERE list_contains($files, source_file) AND landed_date IS NOT NULL
"""
REFUSED = """
SELECT source_file FROM warehouse.raw.landed_files
WHERE list_contains($files, source_file) AND landed_date IS NOT NULL AND is_refused ORDER BY source_file
"""
CONTENTS = """
SELECT source_file, content_hash FROM warehouse.raw.landed_files
WHERE list_contains($files, source_file) AND landed_date IS NOT NULL
"""
ENTITIES = """
SELECT DISTINCT source, entity FROM warehouse.raw.landed_files
WHERE list_contains($files, source_file) AND landed_date IS NOT NULL ORDER BY ALL
"""


@dataclass(frozen=True)
class Retirement:
    """What would go: the files of each day up to `last`, and how much of what they gave is kept."""

    last: date
    days: dict[date, dict[str, str]]
    byte_count: int
    row_count: int
    reject_count: int

    @property
    def files(self) -> dict[str, str]:
        """Every file with the SHA-256 of its content."""
        return {name: content for files in self.days.values() for name, content in files.items()}


def plan_retirement(home: Home, before: date) -> Retirement:
    """Return what retiring every landed day before a date would remove; nothing is changed. The home's lock is held.

    Raises SettingsError for one of the newest days, DmpError where the published build does not hold the files as they
    are, or a file was refused: nothing of that one is in any table.
    """
    if published_build(home) is None:
        raise DmpError(f"nothing is published in {home.root}: there is nothing to retire")
    if pending := pending_days(home):
        raise DmpError(f"the build is not up to date ({pending.reason}): `dmp run --home {home.root}` first")
    if begun := [receipt["receipt_id"] for receipt in read_receipts(home) if receipt["state"] == BEGUN]:
        raise DmpError(f"erasure {begun[0]} was stopped: end it first")
    retired = check_retired(home)
    last = before - timedelta(days=1)
    landed = landed_days(home.landing)
    latest = max(landed) - timedelta(days=DAYS_KEPT - 1)
    if before > latest:
        raise SettingsError(
            f"the newest {DAYS_KEPT} days stay, their files may still be mended: --before {latest}"
        )
    # By their contents: the index of the landing is no reason to remove anything.
    going = {day for day in landed if retired.last < day <= last}
    landed = landed_days(home.landing, read_again=going)
    days = {
        day: {
            name: content for name, content in landed[day].items() if name.split("/")[0] not in NEVER_RETIRED
        }
        for day in sorted(going)
    }
    days = {day: files for day, files in days.items() if files}
    return _counted(home, last, days)


def _counted(home: Home, last: date, days: dict[date, dict[str, str]]) -> Retirement:
    files = {name: content for of_day in days.values() for name, content in of_day.items()}
    connection = open_home(home)
    try:
        given = {"files": list(files)}
        if refused := connection.execute(REFUSED, given).fetchall():
            raise DmpError(
                f"{len(refused)} files were refused, so that no table holds what they say: {refused[0][0]}: mend it "
                f"or move it out of the landing, `dmp run --home {home.root}`, and retire then"
            )
        if dict(connection.execute(CONTENTS, given).fetchall()) != files:
            raise DmpError(
                f"the accounts are not of the files as they are: `dmp run --rebuild --home {home.root}` first"
            )
        [sums] = connection.execute(SUMS, given).fetchall()
    finally:
        connection.close()
    return Retirement(last, days, *sums)


def retire(home: Home, plan: Retirement) -> None:
    """Keep what the files of a plan gave, and remove them. The caller holds the home's lock.

    Raises DmpError, before any file is removed, where what is kept is not what the accounts say.
    """
    # An older release, which would take the days for removed, refuses the home from now on.
    upgrade(home)
    retired = read_retired(home.landing)
    remove_unnamed(retired)
    unfinished = retired.folder / ".unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    contracts = load_contracts()
    connection = open_home(home)
    try:
        connection.execute("SET memory_limit = ?", [home.settings().memory_limit])
        connection.execute("SET temp_directory = ?", [str(retired.folder / ".sorting")])
        write_rows(connection, unfinished, contracts, (min(plan.days), plan.last), retired)
        _refuse_other_accounts(unfinished / "landed_files.parquet", plan)
        entities = connection.execute(ENTITIES, {"files": list(plan.files)}).fetchall()
    finally:
        connection.close()
    batch = retired.folder / str(plan.last)
    retired.folder.chmod(0o700)
    unfinished.rename(batch)
    written = {f"{batch.name}/{path.name}": content_hash(path) for path in sorted(batch.iterdir())}
    # What is removed must be on the disk in its new form first, whatever the machine does next.
    os.sync()
    keep_retired(
        RetiredDays(
            retired.folder,
            plan.last,
            {**retired.days, **plan.days},
            {**retired.tables, **written},
            {
                **retired.readings,
                **{f"{source}__{entity}": reading(contracts[source], entity) for source, entity in entities},
            },
        )
    )
    write_checked(home.retirement, {"last": str(plan.last)})
    os.sync()
    remove_leftovers(home.landing, read_retired(home.landing))


def _refuse_other_accounts(path: os.PathLike[str], plan: Retirement) -> None:
    with duckdb.connect() as connection:
        kept = dict(
            connection.execute(
                "SELECT source_file, content_hash FROM read_parquet(?)", [str(path)]
            ).fetchall()
        )
    if kept != plan.files:
        raise DmpError("the files changed meanwhile: nothing was removed, retire again")


def make_ready(home: Home, first: date) -> None:
    """Before a run from a landed day on: end a stopped retirement, and see to the rows that the run puts back.

    Who was erased is taken out of them: no file of theirs is read again. The caller holds the home's lock. Raises
    DmpError where the rows are damaged or a contract reads them otherwise: nothing has been removed then.
    """
    retired = read_retired(home.landing)
    remove_leftovers(home.landing, retired)
    if first <= retired.last or not retired.days:
        check_retired(home)
        if keys := suppressed_keys(home):
            erase_retired(home, keys)
