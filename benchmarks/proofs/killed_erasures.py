"""Erasures that are killed on their way and typed again.

Usage: python -m benchmarks.proofs.killed_erasures (about twenty runs of a small home)
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.breaking import Kill, command, warm_up
from benchmarks.home_scan import hits
from benchmarks.proofs.erasures import consenting_users, dmp, figure, identifier_texts
from dmp.settings import Home

# Where an erasure is killed: from its first word on the receipt to its last.
PLACES = (
    ("dmp.privacy.erasure", "begin_receipt", "after"),
    ("dmp.privacy.erasure", "_forget_where_named", "after"),
    ("dmp.privacy.landed_records", "_physical_lines", "before"),
    ("dmp.privacy.erasure", "remove_database", "after"),
    ("dmp.publish", "_swap", "after"),
    ("dmp.privacy.erasure", "keep_receipt", "before"),
)


def rows() -> list[dict[str, Any]]:
    """Kill an erasure at each place, type it again, and look for who was erased."""
    warm_up()
    left, unhealed = 0, 0
    with TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        dmp(before, "demo", "--people", "40", "--days", "12")
        users = consenting_users(before)[:3]
        texts = identifier_texts(before, users)
        for place in PLACES:
            home = Path(shutil.copytree(before, Path(folder) / "killed", symlinks=True))
            killed = command("erase", *users, "--yes", home=Home.at(home), kill=Kill(place=place))
            again = command("erase", *users, "--yes", home=Home.at(home))
            unhealed += killed.code != -9 or again.code != 0
            left += sum(hits(home, texts).values()) + len(list(home.rglob(".*.erasing")))
            print(f"killed at {place}: {killed.code}, then {again.code}, hits so far {left}", file=sys.stderr)
            shutil.rmtree(home)
    return [
        figure(f"erasures killed, {len(PLACES)} places", "not ended by the same command", unhealed, 0),
        figure("erasures killed and typed again", "hits, decoded", left, 0),
    ]


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row))
