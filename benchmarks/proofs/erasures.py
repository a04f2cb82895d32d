"""Fifty people erased from one small home.

Usage: python -m benchmarks.proofs.erasures (six runs of a small home)
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.compression import packed, unpacked
from benchmarks.home_scan import hits
from dmp.privacy.person import find_people, open_home
from dmp.settings import Home

PEOPLE, DAYS, ERASED, AT_ONCE = 120, 20, 50, 25
# A file that was rewritten by other code has other bytes, in Parquet even for equal records.
NOT_COMPARED = {"raw.landed_files": ("byte_count", "content_hash")}
# How many records a file and a day had, whatever became of them: another delivery adds to these.
OF_FILES = ("raw.landed_files", "raw.landed_volumes")


def figure(name: str, metric: str, value: int, goal: int) -> dict[str, Any]:
    """Return a figure that is to be its goal."""
    return {
        "name": name,
        "metric": metric,
        "value": value,
        "peer": None,
        "goal": goal,
        "reached": value == goal,
    }


def dmp(home: Path, *arguments: str) -> str:
    """Run the command line; return what it printed."""
    program = str(Path(sys.executable).with_name("dmp"))
    done = subprocess.run(
        [program, *arguments, "--home", str(home)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"dmp {arguments[0]}: {done.stdout[-500:]} {done.stderr[-500:]}")
    return done.stdout


def rows() -> list[dict[str, Any]]:
    """Erase fifty people, compare with a world without them, deliver their records again."""
    with TemporaryDirectory() as folder:
        home, never = Path(folder) / "home", Path(folder) / "never"
        dmp(home, "demo", "--people", str(PEOPLE), "--days", str(DAYS))
        users = consenting_users(home)
        texts = identifier_texts(home, users)
        found_before = hits(home, texts)
        in_clear = hits(
            home, _all_texts(home), leave_out=("landing", "vault.duckdb", "truth", "warehouse.duckdb")
        )
        removed = _world_without(home, never, texts)
        for at in range(0, ERASED, AT_ONCE):
            dmp(home, "erase", *users[at : at + AT_ONCE], "--yes")
        found_after = hits(home, texts)
        dmp(never, "run")
        differing = _differing(home, never)
        before_replay = _tables(home)
        suppressed = _replay(home, removed)
        after_replay = _tables(home)
        brought_back = [
            name
            for name in before_replay
            if name not in OF_FILES and before_replay[name] != after_replay[name]
        ]
        print("differing:", differing, "brought back:", brought_back, file=sys.stderr)
        in_replay = hits(home, texts, leave_out=("landing",))
    return [
        figure("erasures", "people erased", len(users), ERASED),
        figure(
            "files with their identifiers before",
            "found (so the scan sees)",
            int(len(found_before) > 0),
            1,
        ),
        figure("files with their identifiers after", "hits, decoded", sum(found_after.values()), 0),
        figure(
            "identifiers in clear outside landing and vault",
            "hits before any erasure",
            sum(in_clear.values()),
            0,
        ),
        figure("tables against a world without them", "differing", len(differing), 0),
        figure("their records delivered again", "suppressed", suppressed, len(removed)),
        figure(
            "their records delivered again",
            "tables changed and hits",
            len(brought_back) + sum(in_replay.values()),
            0,
        ),
    ]


def consenting_users(home: Path) -> list[str]:
    """Return the logins of fifty people, at most, whose consents have landed."""
    people = pq.read_table(home / "truth" / "people.parquet").to_pylist()
    landed = b"".join(path.read_bytes() for path in sorted((home / "landing").rglob("consents.jsonl")))
    named = {row["user_id"] for row in people if row["user_id"]}
    return sorted(user for user in named if f'"{user}"'.encode() in landed)[:ERASED]


def identifier_texts(home: Path, users: list[str]) -> list[str]:
    """Return every identifier of these people that the vault knows in clear."""
    place = Home.at(home)
    connection = open_home(place)
    try:
        people = find_people(connection, place, users)
    finally:
        connection.close()
    return [text for _, _, text in people.texts]


def _all_texts(home: Path) -> list[str]:
    with duckdb.connect(str(home / "vault.duckdb"), read_only=True) as connection:
        return [text for (text,) in connection.execute("SELECT identifier_text FROM identifiers").fetchall()]


def _world_without(home: Path, never: Path, texts: list[str]) -> list[bytes]:
    """Write a landing without every line that names them; return the events that went, by code of its own."""
    shutil.copytree(home / "secrets", never / "secrets")
    words = "|".join(map(re.escape, texts))
    pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])".encode())
    removed = []
    for path in sorted((home / "landing").rglob("*")):
        if path.is_dir() or path.name.startswith("."):
            continue
        target = never / path.relative_to(home)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            is_kept = [not pattern.search(str(row).encode()) for row in table.to_pylist()]
            pq.write_table(
                table.filter(pa.array(is_kept)), target, compression="zstd", write_page_checksum=True
            )
            continue
        lines = unpacked(path.read_bytes(), path.suffix).splitlines(keepends=True)
        kept = b"".join(line for line in lines if not pattern.search(line))
        target.write_bytes(packed(kept, path.suffix))
        if path.name.startswith("events."):
            removed += [line for line in lines if pattern.search(line)]
    return removed


def _tables(home: Path) -> dict[str, list[tuple]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
        ).fetchall()
        found = {}
        for schema, table in names:
            without = NOT_COMPARED.get(f"{schema}.{table}")
            columns = f"* EXCLUDE ({', '.join(without)})" if without else "*"
            query = f'SELECT {columns} FROM "{schema}"."{table}" ORDER BY ALL'
            found[f"{schema}.{table}"] = connection.execute(query).fetchall()
    return found


def _differing(home: Path, never: Path) -> list[str]:
    one, other = _tables(home), _tables(never)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _replay(home: Path, removed: list[bytes]) -> int:
    """Deliver their events again under another name on the last landed day; return how many were suppressed."""
    last = max(path for path in (home / "landing" / "shop").iterdir() if path.is_dir())
    (last / "events.again.jsonl").write_bytes(b"".join(line.rstrip(b"\n") + b"\n" for line in removed))
    dmp(home, "run")
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        [[count]] = connection.execute("SELECT sum(suppressed_count) FROM raw.landed_files").fetchall()
    return int(count)


if __name__ == "__main__":
    for row in rows():
        print(json.dumps(row))
