"""Rejects replayed after a file or a contract was mended: the raw tables equal those of never having been rejected.

python -m benchmarks.proofs.rejects
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.landings import KEY, Landing, row, shop
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.loading import rejected_as_of_now


def rows(count: int = 500) -> list[dict[str, Any]]:
    """Reject records by broken files and by a stricter contract, mend, and load twice."""
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
