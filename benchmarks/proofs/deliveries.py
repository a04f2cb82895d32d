"""Files and events delivered again: record tables stay as they are, other payloads go to the conflict table.

python -m benchmarks.proofs.deliveries
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.landings import row, shop
from dmp.landing.contract import load_contracts


def deliveries() -> list[dict[str, Any]]:
    """Deliver files and events again, under other names, orders, forms and days: no record table may change."""
    ways: dict[str, Callable[[Path, Path], None]] = {
        "under another name": lambda path, day: _copy(path, path.parent / _renamed(path.name, "again")),
        "on a later day": lambda path, day: _copy(path, day / path.name),
        "packed": _packed,
        "in another order": _shuffled,
        "one line at a time": _first_lines,
    }
    rows = []
    contract = load_contracts()["shop"]
    for way, deliver in ways.items():
        with shop() as landing:
            landing.load(contract)
            before = landing.records()
            paths = sorted(path for path in landing.folder.glob("shop/*/*") if path.is_file())
            later = landing.folder / "shop" / "2199-01-01"
            later.mkdir()
            for number, path in enumerate(paths):
                deliver(path, landing.folder / "shop" / str(date(2199, 1, 2) + timedelta(number)))
            landing.load(contract)
            after = landing.records()
        changed = sum(before[table] != after[table] for table in before)
        rows.append(row(f"{len(paths)} files again, {way}", "record tables changed", changed, 0))
    return rows


def _renamed(name: str, part: str) -> str:
    entity, _, rest = name.partition(".")
    return f"{entity}.{part}.{rest}"


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def _packed(path: Path, day: Path) -> None:
    if path.suffix != ".parquet":
        day.mkdir(parents=True, exist_ok=True)
        (day / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def _shuffled(path: Path, day: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    if path.suffix == ".jsonl":
        random.Random(3).shuffle(lines)  # noqa: S311 - no secret
        day.mkdir(parents=True, exist_ok=True)
        (day / path.name).write_bytes(b"".join(lines))


def _first_lines(path: Path, day: Path) -> None:
    if path.suffix == ".jsonl":
        day.mkdir(parents=True, exist_ok=True)
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True)[:3]):
            (day / _renamed(path.name, f"line{number}")).write_bytes(line)


def conflicts(count: int = 200) -> list[dict[str, Any]]:
    """Deliver known event ids with another payload on a later day: each is a conflict, none changes a record."""
    contract = load_contracts()["shop"]
    with shop() as landing:
        landing.load(contract)
        before = landing.records()
        texts = [line for path in sorted(landing.folder.glob("shop/*/events.jsonl"))
                 for line in path.read_text().splitlines()][:count]  # fmt: skip
        day = landing.folder / "shop" / "2199-01-01"
        day.mkdir()
        changed = [json.dumps({**json.loads(text), "page_url": "/changed"}) for text in texts]
        (day / "events.jsonl").write_text("\n".join(changed))
        landing.load(contract)
        kept = landing.connection.execute("SELECT count(*) FROM raw.conflicts").fetchall()[0][0]
        after = landing.records()
    return [
        row("known ids with another payload", "in the conflict table", kept, len(texts)),
        row("known ids with another payload", "record tables changed", float(before != after), 0),
    ]


def rows() -> list[dict[str, Any]]:
    """Return the rows of the table."""
    return [*deliveries(), *conflicts()]


if __name__ == "__main__":
    for found in rows():
        print(json.dumps(found))
