"""Good files of every format, corrupted: the accounts against a counter that knows nothing of the readers.

python -m benchmarks.proofs.corruptions [--count 1000]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.landings import Landing, opened, row, shop
from benchmarks.line_counter import physical_lines
from dmp.landing.accounts import FileAccount
from dmp.landing.contract import load_contracts

LINES_OF_FILES = 60
PIECES = (
    b"\n",
    b"\r\n",
    b'"',
    b"\xff\xfe",
    b"\0",
    b"\xef\xbb\xbf",
    b"{",
    b"[[",
    b",",
    b" \n",
    b"null\n",
    b"#",
    b"\\u0000",
)
EXPOSURES = [
    {
        "exposure_id": f"x{number}",
        "campaign_id": "c1",
        "user_id": f"u{number}",
        "channel": "email",
        "is_holdout": number % 5 == 0,
        "exposed_at": "2025-12-01T10:00:00Z",
        "cost_amount": 0.01 * number,
    }
    for number in range(LINES_OF_FILES)
]


REQUEST = (
    '203.0.113.{0} - u{0} [01/Dec/2025:10:00:{0:02} +0000] "GET /items/{0} HTTP/1.1" 200 5{0} '
    '"https://example.org/" "Mozilla/5.0 ({0})"\n'
)


def good_files(landing: Path) -> dict[str, bytes]:
    """Return a good file of every format by its source and the name that it lands under."""
    head = {
        f"shop/{name}": b"".join(
            min(landing.glob(f"shop/*/{name}")).read_bytes().splitlines(keepends=True)[:LINES_OF_FILES]
        )
        for name in ("events.jsonl", "orders.jsonl", "items.csv")
    }
    parquet = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(EXPOSURES), parquet, write_page_checksum=True)
    return {
        **head,
        "shop/events.jsonl.gz": gzip.compress(head["shop/events.jsonl"], mtime=0),
        "shop/events.jsonl.zst": pa.compress(head["shop/events.jsonl"], codec="zstd", asbytes=True),
        "shop/items.csv.gz": gzip.compress(head["shop/items.csv"], mtime=0),
        "shop/exposures.parquet": parquet.getvalue().to_pybytes(),
        "web_log/requests.log": "".join(map(REQUEST.format, range(LINES_OF_FILES))).encode(),
    }


def corrupted(content: bytes, rng: random.Random) -> bytes:
    """Return the content with one to five damages: a flipped bit, a cut, a gap, a repeat or foreign bytes."""
    for _ in range(rng.randint(1, 5)):
        place, length = rng.randint(0, max(0, len(content) - 1)), rng.randint(0, 40)
        before, after = content[:place], content[place:]
        flipped = bytes([after[0] ^ (1 << rng.randrange(8))]) + after[1:] if after else after
        damages = (flipped, b"", after[length:], after[:length] + after, rng.choice(PIECES) + after)
        content = before + rng.choice(damages)
    return content


def rows(count: int = 1000) -> list[dict[str, Any]]:
    """Corrupt good files of every format and compare the accounts with the independent counter."""
    rng = random.Random(20240301)  # noqa: S311 - no secret
    with shop() as good:
        originals = good_files(good.folder)
    with opened() as landing:
        paths = []
        for number in range(count):
            original = list(originals)[number % len(originals)]
            source, name = original.split("/")
            path = landing.folder / source / str(date(2026, 1, 1) + timedelta(number)) / name
            path.parent.mkdir(parents=True)
            path.write_bytes(corrupted(originals[original], rng))
            paths.append(path)
        contracts = load_contracts()
        loaded = [account for source in ("shop", "web_log") for account in landing.load(contracts[source])]
        accounts = {account.source_file: account for account in loaded}
        unaccounted = sum(_unaccounted(path, landing, accounts) for path in paths)
    refused = sum(account.is_refused for account in accounts.values())
    rejected = sum(account.rejected_count for account in accounts.values())
    return [
        row("corrupted files", "files with an account", len(accounts), count),
        row("corrupted files", "unaccounted lines", unaccounted, 0),
        {**row("corrupted files", "refused whole", refused, 0), "goal": None, "reached": None},
        {**row("corrupted files", "records rejected", rejected, 0), "goal": None, "reached": None},
    ]


def _unaccounted(path: Path, landing: Landing, accounts: dict[str, FileAccount]) -> int:
    """Return the lines of a file that its account and the tables do not know; a refused file is one refused file."""
    account = accounts.get(str(path.relative_to(landing.folder)))
    if account is not None and account.is_refused:
        return 0
    counted = physical_lines(path)
    if account is None or counted is None:
        return counted or 1
    stored = 0
    for table in (f"{account.source}__{account.entity}", "rejects"):
        (found,) = landing.connection.execute(
            f"SELECT count(DISTINCT source_line) FROM raw.{table} WHERE source_file = ?",
            [account.source_file],
        ).fetchall()[0]
        stored += found
    lost = account.duplicate_count + account.conflict_count
    other = account.header_line_count + account.continuation_line_count + account.blank_line_count
    return abs(counted - (other + lost + stored))


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    for found in rows(parser.parse_args().count):
        print(json.dumps(found))


if __name__ == "__main__":
    main()
