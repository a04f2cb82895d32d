"""Rejects replayed after a file or a contract was mended: everything equals that of never having been rejected.

    python -m benchmarks.proofs.rejects

At the landing, and by `dmp rejects replay` on a whole small home.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.breaking import asked, command, warm_up
from benchmarks.comparing import copied, home_digest
from benchmarks.landings import KEY, Landing, row, shop, unpack
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.loading import rejected_as_of_now
from dmp.settings import Home
from dmp.world.shop import write_world


def rows(count: int = 500) -> list[dict[str, Any]]:
    """Reject records by broken files and by a stricter contract, mend, and replay twice."""
    return [*_at_the_landing(count), *_by_command(count)]


def _at_the_landing(count: int) -> list[dict[str, Any]]:
    contract = load_contracts()["shop"]
    found = []
    with shop() as landing:
        landing.load(contract)
        never = landing.cells()
        broken = _break_files(landing.folder, count)
        landing.load(contract)
        found.append(row("rejects of broken files", "rejected", _reject_count(landing), count))
        for path, content in broken.items():
            path.write_bytes(content)
        found += _mended(landing, contract, never, list(broken), "rejects of broken files")
        events = contract.entities["events"]
        fields = {
            **events.fields,
            "event_type": events.fields["event_type"].model_copy(update={"allowed": ("view",)}),
        }
        strict = events.model_copy(update={"fields": fields})
        landing.load(contract.model_copy(update={"entities": {**contract.entities, "events": strict}}))
        paths = sorted(landing.folder.glob("shop/*/events.jsonl"))
        rejected = _reject_count(landing)
        found.append(
            {**row("rejects of a strict contract", "rejected", rejected, count), "reached": rejected >= count}
        )
        found += _mended(landing, contract, never, paths, "rejects of a strict contract")
    return found


def _by_command(count: int) -> Iterator[dict[str, Any]]:
    """Run a home whose files are broken, mend them, and type `dmp rejects replay` twice."""
    name = "dmp rejects replay"
    warm_up()
    with tempfile.TemporaryDirectory() as folder:
        good = Home.at(Path(folder) / "good")
        write_world(good.landing, good.truth, people=60, days=30, seed=5)
        unpack(good.landing)
        home = copied(good, Path(folder) / "home")
        broken = _break_files(home.landing, count)
        codes = [command("run", home=good).code, command("run", home=home).code]
        yield row(name, "exit codes of the runs before", sum(codes), 0)
        never, rejected = asked(home_digest, good), asked(_rejects, home)
        yield row(name, "rejected", rejected, count)
        for path, content in broken.items():
            path.write_bytes(content)
        for replay in ("replay", "second replay"):
            ended = command("rejects", "replay", home=home)
            yield row(name, f"exit code, {replay}", ended.code, 0)
            admitted = re.search(r"([0-9,]+) would be admitted", ended.output)
            said = int(admitted[1].replace(",", "")) if admitted else -1
            yield row(name, f"would be admitted, {replay}", said, count if replay == "replay" else 0)
            cells = asked(home_digest, home)
            other = sum(cells.get(table) != never.get(table) for table in cells.keys() | never.keys())
            yield row(name, f"tables, models and files that differ from never rejected, {replay}", other, 0)


def _rejects(home: Home) -> int:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        return int(connection.execute("SELECT count(*) FROM raw.rejects").fetchall()[0][0])


def _break_files(landing: Path, count: int) -> dict[Path, bytes]:
    """Make `count` events impossible; return the files as they were."""
    before: dict[Path, bytes] = {}
    for path in sorted(landing.glob("shop/*/events.jsonl")):
        lines = path.read_text().splitlines(keepends=True)
        wanted = min(len(lines), count - sum(len(c.splitlines()) for c in before.values()))
        if wanted <= 0:
            break
        # Only whole files are broken, and the last as far as is needed.
        before[path] = path.read_bytes()
        broken = [re.sub(r'"occurred_at": ?"\d{4}', '"occurred_at":"1970', line) for line in lines[:wanted]]
        path.write_text("".join([*broken, *lines[wanted:]]))
    return before


def _mended(
    landing: Landing, contract: Contract, never: dict[str, Any], paths: list[Path], name: str
) -> list[dict[str, Any]]:
    files = [str(path.relative_to(landing.folder)) for path in paths]
    still = sum(rejected_as_of_now(landing.folder, contract, files, KEY).values())
    found = [row(name, "still rejected after mending", still, 0)]
    for replay in ("replay", "second replay"):
        landing.load(contract)
        cells = landing.cells()
        differing = [table for table in never if cells[table] != never[table]]
        found.append(row(name, f"raw tables that differ from never rejected, {replay}", len(differing), 0))
    return found


def _reject_count(landing: Landing) -> int:
    return int(landing.connection.execute("SELECT count(*) FROM raw.rejects").fetchall()[0][0])


if __name__ == "__main__":
    for line in rows():
        print(json.dumps(line))
