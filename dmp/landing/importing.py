"""Turns a source's original files into landed days, as if each day had been delivered at its end.

The only writer of landing files in this package; columns, values and the order of rows stay as they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dmp.landing.contract import Contract, Entity, load_contracts
from dmp.landing.fields import quoted_name, timestamp_sql
from dmp.settings import SettingsError

LOCAL_DATES = Template("SELECT timezone('$zone', $happened)::DATE AS day FROM records")


@dataclass(frozen=True)
class ImportSummary:
    """What an import wrote."""

    source: str
    record_count: int
    day_count: int
    first: date
    last: date


def import_source(source: str, from_folder: Path, landing: Path) -> ImportSummary:
    """Write the original files that a source's contract names as landing files, one per entity and day.

    `landed_date` is the event's date in the contract's zone; records whose time cannot be read go to the
    first day, where loading rejects and counts them. The same originals give the same bytes. Raises
    SettingsError.
    """
    contract = _contract(source)
    record_count = 0
    days: set[date] = set()
    for name, file_name in contract.originals.items():
        records = _original(from_folder / file_name)
        dates = _landed_dates(records, contract, contract.entities[name])
        by_day = records.take(pa.array(np.argsort(dates, kind="stable")))
        for day, begin, length in zip(*(part.tolist() for part in _runs(dates)), strict=True):
            _write(by_day.slice(begin, length), landing / source / str(day), name)
            days.add(day)
        record_count += len(records)
    if not days:
        raise SettingsError(f"the original files of '{source}' in {from_folder} hold no records")
    return ImportSummary(source, record_count, len(days), min(days), max(days))


def _contract(source: str) -> Contract:
    contract = load_contracts().get(source)
    if contract is None or not contract.originals:
        raise SettingsError(f"no contract declares original files of a source '{source}'")
    return contract


def _original(path: Path) -> pa.Table:
    try:
        return pq.ParquetFile(path).read()
    except (OSError, pa.ArrowException) as error:
        raise SettingsError(f"{path} cannot be read: {str(error).partition(chr(10))[0]}") from error


def _landed_dates(records: pa.Table, contract: Contract, entity: Entity) -> np.ndarray:
    """Return each record's landed date; the first day where the time is unreadable or before 2000."""
    field = entity.fields[entity.event_time]
    column = field.source_name or entity.event_time
    if column not in records.column_names:
        raise SettingsError(f"the original file of '{contract.source}' lacks the column '{column}'")
    text = f"{quoted_name(column)}::VARCHAR"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("records", records.select([column]))
        happened = timestamp_sql(text, field.unit, contract.time_zone)
        dates = connection.sql(LOCAL_DATES.substitute(zone=contract.time_zone or "UTC", happened=happened))
        days = dates.to_arrow_table()["day"].to_numpy()
    is_readable = ~np.isnat(days) & (days >= np.datetime64("2000-01-01"))
    first = days[is_readable].min() if is_readable.any() else np.datetime64("2000-01-01")
    return np.where(is_readable, days, first)


def _runs(dates: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    days, lengths = np.unique(dates, return_counts=True)
    return days, lengths.cumsum() - lengths, lengths


def _write(records: pa.Table, folder: Path, entity: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{entity}.parquet"
    pq.write_table(records, unfinished, compression="zstd", write_page_checksum=True)
    unfinished.replace(folder / f"{entity}.parquet")
