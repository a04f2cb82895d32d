"""The part of a run that makes facts, on a landing that grows in random ways, for comparing orders of processing.

Learning and publishing are left out; what is pending is decided by the platform's own rule.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.compression import packed, unpacked
from dmp.builds import BUILD_FILE, maker
from dmp.checked_json import write_checked
from dmp.landing.contract import load_contracts
from dmp.landing.days import landed_days
from dmp.landing.loading import load_landed_days
from dmp.landing.strays import stray_files
from dmp.landing.tables import create_raw_tables
from dmp.pending import Pending, pending_days
from dmp.settings import DmpError, Home
from dmp.upkeep.retiring import make_ready
from dmp.warehouse import begin_range, begin_rebuild, connect, finish_run

# Everything up to what is learned.
FACT_STAGES = ("raw", "staging", "intermediate", "profiles", "insight")


def run_facts(home: Home, started: Callable[[str], None] = lambda step: None) -> str | None:
    """Bring the stages up to insight up to date; return why, None where nothing was pending.

    started: told the name of each step as it begins.
    """
    from dmp.defs.running import run_pending

    pending = pending_days(home)
    if pending is None:
        return None
    outcome = run_pending(home, pending, started, _facts_job(pending))
    if not outcome.is_success:
        raise DmpError(str(outcome.error))
    _note_as_published(home)
    return pending.reason


def _facts_job(pending: Pending) -> Any:
    """Return the daily job up to insight."""
    from dmp.defs.running import pending_job

    job = pending_job(pending)
    facts = {
        key
        for key in job.asset_layer.executable_asset_keys
        if job.asset_layer.get(key).group_name in FACT_STAGES
    }
    return job.get_subset(asset_selection=facts)


def load_raw(home: Home) -> str | None:
    """Bring the raw tables alone up to date; return why, None where nothing was pending."""
    pending = pending_days(home)
    if pending is None:
        return None
    settings = home.settings()
    make_ready(home, pending.first)
    if pending.is_rebuild:
        begin_rebuild(home, maker(home, settings))
    else:
        begin_range(home, pending.first, pending.last)
    contracts = load_contracts()
    with connect(home, settings) as connection:
        create_raw_tables(connection, contracts)
        for source in pending.sources or contracts:
            load_landed_days(
                connection,
                home.vault,
                home.landing,
                contracts[source],
                first=pending.first,
                last=pending.last,
                key=home.key(),
            )
    _note_as_published(home)
    return pending.reason


def _note_as_published(home: Home) -> None:
    """Keep the note that a published build would leave, so that the next look finds what is pending."""
    landed = {str(day): files for day, files in landed_days(home.landing).items()}
    home.published.mkdir(exist_ok=True)
    strays = [stray.source_file for stray in stray_files(home.landing)]
    note = {**maker(home, home.settings()), "landed_days": landed, "strays": strays, "files": {}}
    write_checked(home.published / BUILD_FILE, note)
    finish_run(home)


def deliveries(final: Path, landing: Path, chance: random.Random) -> Iterator[str]:
    """Make `landing` equal to `final` in random steps, and say after each what came.

    Days come in batches of random size. Some files come late, some first in a wrong version, some twice under
    another name until the copy is taken back; a day that nobody sent comes and is removed.
    """
    days = sorted(final.glob("*/*"), key=lambda day: (day.name, day.parent.name))
    cuts = sorted({*chance.sample(range(1, len(days)), min(len(days) - 1, chance.randint(1, 3))), len(days)})
    owed: list[Path] = []
    first = 0
    for cut in cuts:
        for day in days[first:cut]:
            owed += _spoil(_copy(day, final, landing), day, chance)
        first = cut
        yield f"{cut} of {len(days)} days"
        chance.shuffle(owed)
        while owed and (cut == len(days) or chance.random() < 0.4):
            mended = [_mend(owed.pop(), final, landing) for _ in range(min(len(owed), chance.randint(1, 4)))]
            yield f"mended {mended}"
    if chance.random() < 0.5:
        stranger = _copy(days[0], final, landing, date.fromisoformat(days[-1].name) + timedelta(days=3))
        yield f"a day that nobody sent: {stranger.name}"
        shutil.rmtree(stranger)
        yield "it is gone"


def shuffle_lines(landing: Path, chance: random.Random) -> None:
    """Put the records of every file of lines in a random order."""
    for file in sorted(path for path in landing.glob("*/*/*") if path.suffix != ".parquet"):
        lines = [line + b"\n" for line in unpacked(file.read_bytes(), file.suffix).split(b"\n") if line]
        header = lines[: ".csv" in file.suffixes]
        records = lines[len(header) :]
        chance.shuffle(records)
        file.write_bytes(packed(b"".join(header + records), file.suffix))


def _copy(day: Path, final: Path, landing: Path, as_day: date | None = None) -> Path:
    target = landing / day.relative_to(final).parent / str(as_day or day.name)
    shutil.copytree(day, target, dirs_exist_ok=True)
    return target


def _spoil(landed: Path, day: Path, chance: random.Random) -> list[Path]:
    """Spoil some files of a landed day; return the paths, in the final landing, that are owed."""
    owed = []
    for file in sorted(landed.iterdir()):
        kind = chance.choice(["late", "wrong", "twice", *["right"] * 12])
        if kind == "late":
            file.unlink()
        elif kind == "wrong" and file.suffix in {".jsonl", ".csv"}:
            lines = file.read_bytes().splitlines(keepends=True)
            file.write_bytes(b"".join(lines[:1] + [line for line in lines[1:] if chance.random() < 0.6]))
        elif kind == "twice":
            entity, _, rest = file.name.partition(".")
            shutil.copy(file, file.with_name(f"{entity}.again.{rest}"))
        else:
            continue
        owed.append(day / file.name)
    return owed


def _mend(file: Path, final: Path, landing: Path) -> str:
    """Put the file as it is to be, and take its copy back."""
    target = landing / file.relative_to(final)
    entity, _, rest = file.name.partition(".")
    with suppress(FileNotFoundError):
        target.with_name(f"{entity}.again.{rest}").unlink()
    shutil.copy(file, target)
    return str(file.relative_to(final))
