"""Write a segment's members for one destination, and put it on record."""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

from dmp.audiences.destinations import DESTINATIONS, Destination
from dmp.audiences.members import Members, read_contacts, read_members
from dmp.audiences.openrtb import user_lines
from dmp.audiences.records import keep_record
from dmp.published import Published, published
from dmp.settings import Home, SettingsError

# What people read of a member; the rest of the row is the same for all or for machines.
MEMBER_COLUMNS = ("user_id", "segment_id", "segment_name", "valid_from", "reason")


def export_audience(
    home: Home, segment_id: str, to: str, *, is_dry_run: bool = False, asked_by: str = ""
) -> dict[str, Any]:
    """Write an export and return its record; a dry run writes nothing and returns what the record would be.

    Keys: export_id, exported_at, segment_id, segment_name, rule, destination, purpose, as_of_date, build_id,
    person_count, row_count, withheld (people by reason), file, is_small (fewer people than the destination advises),
    asked_by (an account of the pages, empty where nobody has one).
    Raises SettingsError for an unknown destination, DmpError for an unknown segment.
    """
    if to not in DESTINATIONS:
        raise SettingsError(f"'{to}' is no destination: choose one of {', '.join(DESTINATIONS)}")
    destination = DESTINATIONS[to]
    with published(home) as build:
        members = read_members(build, segment_id, destination)
        rows = _contact_rows(build, home, members, destination) if destination.columns else []
        record = _record(build, members, to, len(rows) or len(members.rows)) | {"asked_by": asked_by}
        if is_dry_run:
            return record | {"file": None}
        home.exports.mkdir(mode=0o700, exist_ok=True)
        path = home.exports / record["file"]
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            _write(unfinished, build, to, members, rows)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    keep_record(home, record)
    return record


def _record(build: Published, members: Members, to: str, row_count: int) -> dict[str, Any]:
    segment, build_id = members.segment, build.build["build_id"]
    name = "".join(character if character.isalnum() else "_" for character in str(segment["segment_id"]))
    export_id = hashlib.sha256(f"{segment['segment_id']}\n{to}\n{build_id}".encode()).hexdigest()[:16]
    return {
        "export_id": export_id,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "segment_id": str(segment["segment_id"]),
        "segment_name": segment["segment_name"],
        "rule": segment.get("rule") or segment.get("description"),
        "destination": to,
        "purpose": "advertising" if DESTINATIONS[to].is_advertising else members.purpose,
        "as_of_date": build.build["as_of_date"],
        "build_id": build_id,
        "person_count": len(members.rows),
        "row_count": row_count,
        "withheld": members.withheld,
        "file": f"{name}-{to}-{build.build['as_of_date']}-{export_id}{DESTINATIONS[to].suffix}",
        "is_small": DESTINATIONS[to].is_advertising and len(members.rows) < DESTINATIONS[to].minimum_people,
    }


def _contact_rows(
    build: Published, home: Home, members: Members, destination: Destination
) -> list[tuple[str, ...]]:
    """Return the file's rows; withhold whoever has no contact that the destination can use."""
    contacts = read_contacts(build, home.vault, str(members.segment["segment_id"]), destination)
    members.keep(contacts, "no_contact")
    hashed = {}
    for row in members.rows:
        if rows := _hashed_rows(contacts[row["user_id"]], destination):
            hashed[row["user_id"]] = rows
    members.keep(hashed, "unusable_contact")
    # In the order of the hashes: a file's order says nothing of people.
    return sorted(row for rows in hashed.values() for row in rows)


def _hashed_rows(contacts: dict[str, list[str]], destination: Destination) -> list[tuple[str, ...]]:
    """Return one row, or more where somebody has several addresses or numbers."""
    columns = [
        sorted({found for text in contacts.get(kind, []) if (found := destination.hashed(kind, text))})
        for kind in destination.columns
    ]
    return list(zip_longest(*columns, fillvalue=""))


def _write(path: Path, build: Published, to: str, members: Members, rows: list[tuple[str, ...]]) -> None:
    if to == "parquet":
        _write_parquet(path, members)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if to == "openrtb":
            file.writelines(f"{line}\n" for line in user_lines(build, members.segment, members.rows))
        else:
            _write_csv(file, DESTINATIONS[to], members, rows)


def _write_csv(file: TextIO, destination: Destination, members: Members, rows: list[tuple[str, ...]]) -> None:
    writer = csv.writer(file)
    if destination.columns:
        if destination.has_header:
            writer.writerow(column.header for column in destination.columns.values())
        writer.writerows(rows)
        return
    writer.writerow(MEMBER_COLUMNS)
    writer.writerows(_member_rows(members))


def _member_rows(members: Members) -> Iterator[tuple[Any, ...]]:
    return (tuple(row.get(name) for name in MEMBER_COLUMNS) for row in members.rows)


def _write_parquet(path: Path, members: Members) -> None:
    import pyarrow as pa
    import pyarrow.parquet

    texts = [{name: _text(row.get(name)) for name in MEMBER_COLUMNS} for row in members.rows]
    table = pa.Table.from_pylist(texts, schema=pa.schema([(name, pa.string()) for name in MEMBER_COLUMNS]))
    pyarrow.parquet.write_table(table, path)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
