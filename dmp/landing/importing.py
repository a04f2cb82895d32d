"""Turns a source's original files into landed days, as if each day had been delivered at its end.

The only writer of landing files in this package; columns, values and the order of records stay as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dmp.landing.blocks import Block, RefusedFileError
from dmp.landing.contract import Contract, Entity, load_contracts
from dmp.landing.fields import timestamp_sql
from dmp.landing.originals import read_original
from dmp.landing.parsing import parse_statements
from dmp.landing.readers import read_file
from dmp.landing.sequence_dates import sequence_dates
from dmp.settings import SettingsError

LOCAL_DATES = Template(
    "SELECT source_line, timezone('$zone', $happened)::DATE AS day FROM parsed ORDER BY source_line"
)
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class ImportSummary:
    """What an import wrote."""

    source: str
    record_count: int
    day_count: int
    first: date
    last: date


def import_source(source: str, from_folder: Path, landing: Path) -> ImportSummary:
    """Write the original files that a source's contract names as landing files, one per original and day.

    `landed_date` is the event's date in the contract's zone, its entity's `landed_on`, or the date that `order_only`
    declares; records that cannot be read and times that cannot be go to the first day, where loading rejects and counts
    them. The same originals give the same bytes. Raises SettingsError.
    """
    contract = _contract(source)
    record_count = 0
    days: set[date] = set()
    for name, patterns in contract.originals.items():
        originals = _originals(from_folder, patterns)
        for number, path in enumerate(originals, start=1):
            stem = f"{name}.{number}" if len(originals) > 1 else name
            landed, written = _land(path, contract, name, landing / source, stem)
            days |= landed
            record_count += written
    if not days:
        raise SettingsError(f"the original files of '{source}' in {from_folder} hold no records")
    return ImportSummary(source, record_count, len(days), min(days), max(days))


def _contract(source: str) -> Contract:
    contract = load_contracts().get(source)
    if contract is None or not contract.originals:
        raise SettingsError(f"no contract declares original files of a source '{source}'")
    return contract


def _originals(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for pattern in patterns:
        matching = sorted(folder.glob(pattern))
        if not matching:
            raise SettingsError(f"{folder / pattern} is not there")
        found += [path for path in matching if path not in found]
    return found


def _land(path: Path, contract: Contract, name: str, folder: Path, stem: str) -> tuple[set[date], int]:
    """Write one original as landing files; return its days and its number of records."""
    entity = contract.entities[name]
    try:
        blocks = list(read_file(path, entity))
        original = read_original(path, entity, blocks)
    except (RefusedFileError, OSError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    lines, days = _landed_dates(blocks, contract, entity)
    by_day = np.argsort(days, kind="stable")
    landed, starts = np.unique(days[by_day], return_index=True)
    for day, of_day in zip(landed.tolist(), np.split(lines[by_day], starts[1:]), strict=False):
        original.write(of_day, folder / str(day), stem)
    return set(landed.tolist()), len(lines)


def _landed_dates(
    blocks: list[Block], contract: Contract, entity: Entity
) -> tuple[npt.NDArray[np.int64], Days]:
    """Return each record's line and landed date, in the order of lines."""
    rejected = [reject.source_line for block in blocks for reject in block.rejects]
    if entity.order_only:
        parts = [sequence_dates(blocks, entity, entity.order_only)] if blocks else []
    else:
        parts = [_local_dates(block.records, contract, entity) for block in blocks]
    lines = np.concatenate([np.array(rejected, np.int64), *(lines for lines, _ in parts)])
    unreadable = np.full(len(rejected), np.datetime64("NaT"), "datetime64[D]")
    days = np.concatenate([unreadable, *(days for _, days in parts)])
    order = np.argsort(lines, kind="stable")
    lines, days = lines[order], days[order]
    earliest = np.datetime64(contract.earliest)
    is_readable = ~np.isnat(days) & (days >= earliest)
    first = days[is_readable].min() if is_readable.any() else earliest
    otherwise = np.datetime64(entity.landed_on) if entity.landed_on else first
    return lines, np.where(is_readable, days, otherwise)


def _local_dates(records: pa.Table, contract: Contract, entity: Entity) -> tuple[npt.NDArray[np.int64], Days]:
    """Return the lines of some records and the local dates of their events, no time where there is none."""
    if entity.event_time is None:
        lines = records["source_line"].to_numpy()
        return lines, np.full(len(lines), np.datetime64("NaT"), "datetime64[D]")
    happened = timestamp_sql(f'trim("{entity.event_time}")', entity.fields[entity.event_time], contract)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        numbered = records.append_column("file_number", pa.array(np.zeros(len(records), np.int32)))
        connection.register("records", numbered)
        for statement in parse_statements(entity):
            connection.execute(statement)
        query = LOCAL_DATES.substitute(zone=contract.time_zone or "UTC", happened=happened)
        dated = connection.sql(query).to_arrow_table()
    return dated["source_line"].to_numpy(), dated["day"].to_numpy().astype("datetime64[D]")
