"""Bad input that is a matter of how files are delivered: missing, half-written, twice, in a new version, as a link."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.bad_inputs.case import lines
from benchmarks.landings import Landing, opened
from dmp.landing.contract import load_contracts
from dmp.landing.volumes import find_volumes, unusual_volumes

DAY = date(2024, 3, 1)


def _land(landing: Landing, name: str, content: bytes, source: str = "shop") -> Path:
    path = landing.folder / source / str(DAY) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _fates(landing: Landing, source: str = "shop") -> str:
    """Return accepted, duplicate and rejected records of each file, or that it was refused."""
    accounts = landing.load(load_contracts()[source])
    return (
        "; ".join(
            "refused"
            if account.is_refused
            else f"{account.accepted_count} accepted, {account.duplicate_count} duplicate, "
            f"{account.rejected_count} rejected"
            for account in accounts
        )
        or "nothing"
    )


def _no_file(landing: Landing) -> str:
    (landing.folder / "shop" / str(DAY)).mkdir(parents=True)
    return _fates(landing)


def _half_written(landing: Landing) -> str:
    _land(landing, ".events.jsonl", lines(2))
    return _fates(landing)


def _loaded_twice(landing: Landing) -> str:
    _land(landing, "events.jsonl", lines(2))
    _fates(landing)
    return _fates(landing)


def _under_a_new_name(landing: Landing) -> str:
    _land(landing, "events.jsonl", lines(2))
    _land(landing, "events.again.jsonl", lines(2))
    return _fates(landing)


def _new_version(landing: Landing) -> str:
    _land(landing, "events.jsonl", lines(2))
    _fates(landing)
    _land(landing, "events.jsonl", lines(3, first=2))
    return _fates(landing)


def _several_members(landing: Landing) -> str:
    _land(landing, "events.jsonl.gz", gzip.compress(lines(2)) + gzip.compress(lines(1, first=3)))
    return _fates(landing)


def _link(landing: Landing) -> str:
    outside = landing.root / "outside.jsonl"
    outside.write_bytes(lines(2))
    path = landing.folder / "shop" / str(DAY) / "events.jsonl"
    path.parent.mkdir(parents=True)
    path.symlink_to(outside)
    return _fates(landing)


def _unit_of_time(landing: Landing) -> str:
    """Microseconds are declared; then come milliseconds, seconds and a date."""
    times = ("1709287200000000", "1709287200000", "1709287200", '"2024-03-01T10:00:00Z"')
    event = '{"event_name":"page_view","user_pseudo_id":"a","event_timestamp":_}\n'
    _land(
        landing, "events.jsonl", "".join(event.replace("_}", f"{time}}}") for time in times).encode(), "ga4"
    )
    return _fates(landing, "ga4")


def _volumes(landing: Landing) -> str:
    """A week of 200 records a day, then a day without any, one with half, a usual one and one with ten times."""
    contracts = {"shop": load_contracts()["shop"]}
    for number, count in enumerate([*[200] * 7, 0, 100, 200, 2000]):
        if count:
            path = landing.folder / "shop" / str(DAY + timedelta(number)) / "events.jsonl"
            path.parent.mkdir(parents=True)
            path.write_bytes(lines(count, first=1 + number * 10_000))
    landing.load(contracts["shop"])
    find_volumes(landing.connection, contracts)
    found = unusual_volumes(landing.connection, DAY, date.max)
    return "; ".join(f"{count} records, usual {usual}: {rule}" for *_, count, usual, rule in found)


CASES: dict[str, tuple[Callable[[Landing], str], str]] = {
    "3 no file for a day": (_no_file, "nothing"),
    "4 a file still being written": (_half_written, "nothing"),
    "5 the same file loaded twice": (_loaded_twice, "2 accepted, 0 duplicate, 0 rejected"),
    "6 the same content under a new name": (
        _under_a_new_name,
        "2 accepted, 0 duplicate, 0 rejected; 0 accepted, 2 duplicate, 0 rejected",
    ),
    "7 new content under the same name": (_new_version, "3 accepted, 0 duplicate, 0 rejected"),
    "10 gzip of several members": (_several_members, "3 accepted, 0 duplicate, 0 rejected"),
    "15 a link out of the landing": (_link, "refused"),
    "64 a day with no, half and ten times the usual rows": (
        _volumes,
        "0 records, usual 200: warn; 100 records, usual 200: warn; 2000 records, usual 200: warn",
    ),
    "44 counts of another unit than declared": (_unit_of_time, "1 accepted, 0 duplicate, 3 rejected"),
}


def rows() -> list[dict[str, Any]]:
    """Return one row per case."""
    found = []
    for case, (deliver, goal) in CASES.items():
        with opened() as landing:
            fate = deliver(landing)
        found.append(
            {
                "name": case,
                "metric": "fate",
                "value": fate,
                "peer": None,
                "goal": goal,
                "reached": fate == goal,
            }
        )
    return found
