"""Erasure from the landing: their records go, in every form, and the rest stays byte for byte."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmp.identity.deciding import Proposal
from dmp.landing.identifiers import identifier_key
from dmp.privacy.landed_records import find_records
from dmp.published_names import id_of
from dmp.settings import Home

THEIRS = b'{"event_id":"e1","event_type":"view","occurred_at":"2024-03-01T10:00:00Z","user_id":"%s"}\n'
OTHERS = [
    b'{"event_id":"e2","event_type":"view","occurred_at":"2024-03-01T10:00:00Z","user_id":"anna"}\r\n',
    b"\n",
    b'{"event_id":"e3" broken\n',
    b'{"event_id":"e4","event_type":"search","query":"ann","anonymous_id":"b","occurred_at":"2024-03-01"}',
]
HEADER = b"user_id,email,city,updated_at\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path)


def land(home: Home, name: str, content: bytes) -> Path:
    path = home.landing / "shop" / "2024-03-01" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def remove(home: Home, *users: str) -> list[str]:
    found, _ = find_records(home, frozenset(identifier_key(home.key(), "shop_login", user) for user in users))
    contents = [content for records in found for _, content in records.contents()]
    for records in found:
        records.remove()
    assert (
        find_records(home, frozenset(identifier_key(home.key(), "shop_login", user) for user in users))[0]
        == []
    )
    return contents


@pytest.mark.parametrize("written", [b"ann", b" ann ", rb"\u0061nn"])
def test_a_line_goes_however_its_identifier_is_written_and_all_others_stay(
    home: Home, written: bytes
) -> None:
    path = land(home, "events.jsonl", b"".join([OTHERS[0], THEIRS % written, *OTHERS[1:]]))
    assert len(remove(home, "ann")) == 1
    assert path.read_bytes() == b"".join(OTHERS)


def test_a_decision_about_them_goes_with_its_words_and_so_does_its_undoing(home: Home) -> None:
    ann, bob, eve = (id_of(identifier_key(home.key(), "shop_login", user)) for user in ("ann", "bob", "eve"))
    path = home.landing / "identity_decisions" / "2024-03-01" / "decisions.d0001.jsonl"
    path.parent.mkdir(parents=True)

    def proposed(number: int, decision: str, pair: tuple[str, str], undone: str | None = None) -> bytes:
        proposal = Proposal(f"d000{number}", decision, "they called", date(2024, 3, 1), (pair,), undone)
        return "".join(f"{json.dumps(line)}\n" for line in proposal.lines).encode()

    kept = proposed(2, "merge", (bob, eve))
    path.write_bytes(
        proposed(1, "merge", (bob, ann)) + kept + proposed(3, "undo", (bob, ann), undone="d0001")
    )
    assert len(remove(home, "ann")) == 2
    assert path.read_bytes() == kept


def test_a_line_that_nobody_can_parse_goes_if_it_names_them(home: Home) -> None:
    path = land(home, "events.jsonl", b'{"user_id":"ann", broken\n{"user_id":"anna", broken\n')
    remove(home, "ann")
    assert path.read_bytes() == b'{"user_id":"anna", broken\n'


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compressed_file_stays_compressed(home: Home, suffix: str) -> None:
    whole = b"".join([THEIRS % b"ann", *OTHERS])
    packed = gzip.compress(whole) if suffix == ".gz" else pa.Codec("zstd").compress(whole, asbytes=True)
    path = land(home, f"events.jsonl{suffix}", packed)
    remove(home, "ann")
    left = path.read_bytes()
    unpacked = gzip.decompress(left) if suffix == ".gz" else pa.input_stream(path, compression="zstd").read()
    assert left[:2] == packed[:2]
    assert unpacked == b"".join(OTHERS)


def test_a_csv_record_goes_with_all_its_lines(home: Home) -> None:
    others = [b'bob,,"two\nlines",2024-03-01T00:00:00Z\n', b"eve,,York,2024-03-01T00:00:00Z\n"]
    theirs = b'ann,,"first\nsecond, third",2024-03-01T00:00:00Z\n'
    path = land(home, "customers.csv", HEADER + others[0] + theirs + others[1])
    assert remove(home, "ann") == [theirs.decode()]
    assert path.read_bytes() == HEADER + others[0] + others[1]


def test_a_parquet_record_goes_and_the_schema_stays(home: Home) -> None:
    records = pa.table(
        {
            "exposure_id": ["x1", "x2"],
            "campaign_id": ["c", "c"],
            "user_id": ["ann", "bob"],
            "is_holdout": [True, False],
            "exposed_at": ["2024-03-01T00:00:00Z"] * 2,
        }
    )
    path = land(home, "exposures.parquet", b"")
    pq.write_table(records, path, compression="zstd", write_page_checksum=True)
    remove(home, "ann")
    assert pq.read_table(path).equals(records.slice(1))


def test_a_file_that_cannot_be_read_is_named(home: Home) -> None:
    land(home, "events.jsonl.gz", gzip.compress(THEIRS % b"ann")[:-9])
    assert find_records(home, frozenset([1])) == ([], ["shop/2024-03-01/events.jsonl.gz"])


def test_what_is_found_is_shown_as_it_landed(home: Home) -> None:
    land(home, "events.jsonl", THEIRS % b"ann")
    [content] = remove(home, "ann")
    assert json.loads(content)["user_id"] == "ann"
