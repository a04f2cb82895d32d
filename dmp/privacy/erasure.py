"""Removes people from a home: first where they arrived, or what is kept of that, then everything made from it.

The landing is the truth: once their records are out of it, warehouse, vault, models and builds are made anew from it by
a run, so that they equal a world in which these people never were. Repeating a killed erasure ends it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from dmp.audiences.erasing import exported_rows, forget_exported
from dmp.builds import published_build
from dmp.landing.readings import check_retired
from dmp.privacy.access import keyed_conditions, rejected_records
from dmp.privacy.landed_records import FoundRecords, find_records
from dmp.privacy.person import USER_ID, People, find_people, known_texts, named_keys, open_home
from dmp.privacy.receipts import BEGUN, DONE, begin_receipt, keep_receipt, read_receipts
from dmp.privacy.retired_records import count_retired, erase_retired
from dmp.publish import quoted
from dmp.settings import DmpError, Home
from dmp.warehouse import remove_database


@dataclass(frozen=True)
class Plan:
    """What an erasure will remove. `begun` is the receipt of one that was stopped and is taken up again."""

    people: People = field(default_factory=People)
    found: list[FoundRecords] = field(default_factory=list)
    removed: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, Any] | None = None


def plan_erasure(home: Home, users: Iterable[str]) -> Plan:
    """Return what erasing these people removes. Raises DmpError where one of them is nobody."""
    users = list(users)
    if begun := _begun(home, users):
        keys = frozenset(map(int, begun["identifier_hashes"]))
        people = People(keys=keys, texts=known_texts(home, keys))
        return Plan(people, find_records(home, keys)[0], begun["removed"], begun)
    connection = open_home(home)
    try:
        people = find_people(connection, home, users)
        found, unread = find_records(home, people.keys)
        removed = {
            "people": len(people.user_keys),
            "identifiers": len(people.keys),
            "landing_records": dict(
                sorted(Counter(_entity(records) for records in found for _ in records.lines).items())
            ),
            "retired_records": count_retired(home, people.keys),
            "vault_identifiers": len(people.texts),
            "vault_rejects": len(rejected_records(connection, found)),
            "table_rows": _table_rows(connection, people.keys),
            "exported_rows": exported_rows(home, people.keys, _in_clear(people)),
            "models": sum(path.is_file() for path in home.models.rglob("*")),
            "builds": len(list(home.builds.glob("[!.]*"))),
            "unread_files": unread,
        }
        return Plan(people, found, removed)
    finally:
        connection.close()


def _in_clear(people: People) -> list[str]:
    return sorted({text for _, _, text in people.texts})


def _entity(records: FoundRecords) -> str:
    return f"{records.file.source_file.partition('/')[0]}.{records.file.entity}"


def _begun(home: Home, users: list[str]) -> dict[str, Any] | None:
    """Return the receipt of an erasure of these people that was stopped, wherever it had come to."""
    for receipt in read_receipts(home):
        hashes = {int(text) for text in receipt["identifier_hashes"]}
        if receipt["state"] == BEGUN and all(_keys(home, user) & hashes for user in users):
            return receipt
    return None


def _keys(home: Home, user: str) -> set[int]:
    own = {int.from_bytes(bytes.fromhex(user), "big", signed=True)} if USER_ID.fullmatch(user) else set()
    return named_keys(home, user) | own


def _table_rows(connection: duckdb.DuckDBPyConnection, keys: frozenset[int]) -> dict[str, int]:
    counts = {}
    for table, condition in keyed_conditions(connection).items():
        query = f"SELECT count(*) FROM warehouse.{table} WHERE {condition}"  # noqa: S608
        [[counts[table]]] = connection.execute(query, {"keys": sorted(keys)}).fetchall()
    return {table: count for table, count in counts.items() if count}


def erase(home: Home, plan: Plan, rebuild: Callable[[], None]) -> dict[str, Any]:
    """Remove what the plan names, have everything rebuilt, and return the receipt, which the home keeps.

    rebuild: runs all landed days into an empty home, or raises. The caller holds the writer's lock. Raises DmpError,
    before anything is removed, where the rows of retired days are damaged: no rebuild could be made of them.
    """
    check_retired(home)
    build = (published_build(home) or {}).get("build_id")
    receipt = plan.begun or begin_receipt(home, plan.people.keys, build, plan.removed)
    _forget_where_named(home, _in_clear(plan.people))
    forget_exported(home, plan.people.keys, _in_clear(plan.people))
    _forget_unfinished(home)
    for records in plan.found:
        records.remove()
    erase_retired(home, plan.people.keys)
    remove_database(home.warehouse)
    remove_database(home.vault)
    shutil.rmtree(home.models, ignore_errors=True)
    home.model_pins.unlink(missing_ok=True)  # a model that is held in use may have learned from them
    _remove_builds(home)
    rebuild()
    _remove_builds(home)
    build_after = published_build(home)
    if build_after is None:
        raise DmpError("the run published nothing: repeat the erasure")
    receipt |= {
        "state": DONE,
        "done_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "build_after": build_after["build_id"],
    }
    keep_receipt(home, receipt)
    return receipt


def _remove_builds(home: Home) -> None:
    """Remove all builds but the one that readers see until the next is whole."""
    current = home.published.resolve()
    for path in home.builds.iterdir() if home.builds.is_dir() else []:
        if path != current:
            shutil.rmtree(path)


def _forget_unfinished(home: Home) -> None:
    """Remove what a stopped erasure was writing in the place of a file, and a comparison under way.

    That one holds links to what landed.
    """
    shutil.rmtree(home.verification, ignore_errors=True)
    for folder in (home.landing, home.truth, home.exports):
        for path in folder.rglob(".*.erasing"):
            path.unlink()


def _forget_where_named(home: Home, texts: list[str]) -> None:
    """Remove logs and histories that name them, and their rows in the built-in world's ledger."""
    for folder in (home.dagster / "history", home.dagster / "storage", home.root / "dbt"):
        if any(_names(path, texts) for path in folder.rglob("*") if path.is_file()):
            shutil.rmtree(folder)
    for path in sorted(home.truth.glob("*.parquet")):
        _forget_rows(path, texts)


def _names(path: Path, texts: list[str]) -> bool:
    content = path.read_bytes()
    return any(text.encode() in content for text in texts)


def _forget_rows(path: Path, texts: list[str]) -> None:
    unfinished = path.with_name(f".{path.name}.erasing")
    with duckdb.connect() as connection:
        columns = connection.execute("DESCRIBE FROM read_parquet($path)", {"path": str(path)}).fetchall()
        named = [name for name, kind, *_ in columns if kind == "VARCHAR"]
        if not named:
            return
        is_theirs = " OR ".join(f"contains(coalesce(\"{name}\", ''), text)" for name in named)
        connection.execute("CREATE TABLE texts AS SELECT unnest($texts) AS text", {"texts": texts})
        connection.execute(
            f"COPY (SELECT * FROM read_parquet($path) AS facts WHERE NOT EXISTS (FROM texts WHERE {is_theirs})) "  # noqa: S608
            f"TO '{quoted(unfinished)}' (FORMAT parquet, COMPRESSION zstd)",
            {"path": str(path)},
        )
    unfinished.replace(path)
