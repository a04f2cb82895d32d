"""Files that nobody can trust as a whole: refused with a reason, and no row of them is loaded."""

from __future__ import annotations

import gzip

from benchmarks.bad_inputs.case import Case, line, lines
from benchmarks.bad_inputs.csv_files import HEADER, ROW
from benchmarks.bad_inputs.more_kinds import parquet

GOOD = line() + b"\n"


def flipped(content: bytes, position: int) -> bytes:
    """Return the content with one bit changed."""
    return content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :]


PACKED = gzip.compress(lines(2000), mtime=0)
BOMB = gzip.compress((b" " * 9_999 + b"\n") * 9_000)

# Case: file name, content and a part of the reason.
KNOWN = {
    "8 cut gzip": ("events.jsonl.gz", PACKED[:-10], "damaged or cut"),
    "9 flipped bit": ("events.jsonl.gz", flipped(PACKED, 60), "damaged or cut"),
    "11 plain text named gzip": ("events.jsonl.gz", GOOD, "plain text, its name says gzip"),
    "11 gzip named plain": ("events.jsonl", PACKED, "gzip, its name says plain text"),
    "12 cut Parquet": ("exposures.parquet", b"PAR1" + b"x" * 100, "damaged"),
    "12 text named Parquet": ("exposures.parquet", GOOD, "plain text, its name says Parquet"),
    "14 mostly Latin-1": ("events.jsonl", GOOD + b'{"a":"\xe9"}\n{"a":"\xe8"}\n', "not UTF-8"),
    "15 odd name": ("events.x'y\n.jsonl", GOOD, "its name"),
    "15 unknown entity": ("secrets.jsonl", GOOD, "no entity 'secrets'"),
    "15 another format": ("events.csv", GOOD, "the contract says jsonl"),
    "16 bomb": ("events.jsonl.gz", BOMB, "unpacks to more than 200 times"),
    "16 endless line": ("events.jsonl", b"x" * 17_000_000, "longer than 16 MB"),
    "17 unclosed quote": ("items.csv", HEADER + ROW % 1 + b'i2,"Pan,1,x\n' + ROW % 3 * 50, "line 3"),
    "17 quote closed too late": ("items.csv", HEADER + b'i2,"Pan,1,x\n' + b'i3,"Pot",1,x\n', "line 2"),
    "25 no header": ("items.csv", ROW % 1 + ROW % 2, "no header"),
    "14 Latin-1 header": ("items.csv", HEADER.replace(b"name", b"n\xe4me") + ROW % 1, "not UTF-8"),
    "26 semicolons": ("items.csv", HEADER.replace(b",", b";") + ROW % 1, "semicolons"),
    "required column missing": ("items.csv", b"item_id,name\ni1,Pan\n", "the required column 'updated_at'"),
}  # fmt: skip
FURTHER = {
    "gzip with foreign bytes behind": (
        "events.jsonl.gz", gzip.compress(lines(2)) + b"garbage", "damaged or cut"
    ),
    "gzip within gzip": ("events.jsonl.gz", gzip.compress(gzip.compress(lines(2))), "not UTF-8"),
    "zip named jsonl": ("events.jsonl", b"PK\x03\x04" + bytes(range(128, 256)) * 20, "not UTF-8"),
    "upper-case suffix": ("events.JSONL", lines(1), "its name"),
    "two suffixes of compression": ("events.jsonl.gz.zst", lines(1), "its name"),
    "a backup's name": ("events.jsonl~", lines(1), "its name"),
    "Parquet without a required column": (
        "exposures.parquet", parquet(exposed_at=None), "required column 'exposed_at'"
    ),
    "Parquet's end cut off": ("exposures.parquet", parquet()[:-6], "damaged"),
    "HTML in the place of CSV": ("items.csv", b"<html><body>502 Bad Gateway</body></html>\n", "no header"),
    "a header of the same name twice": ("items.csv", b"name," + HEADER + b"x," + ROW % 1, "twice"),
    "tabs in the place of commas": ("items.csv", HEADER.replace(b",", b"\t") + ROW % 1, "tabs"),
}  # fmt: skip
CASES = [
    Case(title, name, content, refusal=refusal)
    for title, (name, content, refusal) in {**KNOWN, **FURTHER}.items()
]
