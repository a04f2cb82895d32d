"""Consent strings of IAB TCF v2.3; ten thousand random ones are compared by benchmarks/tcf_reference.py."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from benchmarks.tcf_reference import malformed, random_strings
from dmp.landing.contract import read_contract
from dmp.landing.loading import load_landed_days
from dmp.landing.mapping import canonical_sql
from dmp.privacy.tcf import decode_tcf, purposes_granted
from dmp.privacy.tcf_bits import TcfError

# Purposes 1 to 10 consented; vendors 2 and 6 to 8 in ranges; vendors 1 and 3 disclosed.
CORE = [
    (2, 6), (17_000_000_000, 36), (17_000_000_001, 36), (31, 12), (7, 12), (1, 6), (3, 6), (4, 6), (90, 12),
    (5, 6), (1, 1), (0, 1), (0b100000000000, 12), (0b1111111111 << 14, 24), (0, 24), (0, 1), (5, 6), (17, 6),
    (8, 16), (1, 1), (2, 12), (0, 1), (2, 16), (1, 1), (6, 16), (8, 16), (0, 16), (0, 1), (0, 12),
]  # fmt: skip
DISCLOSED = [(1, 3), (3, 16), (0, 1), (0b101, 3)]
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def segment(fields: list[tuple[int, int]]) -> str:
    bits = "".join(format(value, f"0{width}b") for value, width in fields)
    bits += "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def changed(place: int, value: int) -> str:
    fields = [*CORE]
    fields[place] = (value, fields[place][1])
    return f"{segment(fields)}.{segment(DISCLOSED)}"


def test_every_part_is_read() -> None:
    consent = decode_tcf(f"{segment(CORE)}.{segment(DISCLOSED)}")
    assert (consent.consent_language, consent.publisher_country) == ("DE", "FR")
    assert consent.purpose_consents == frozenset(range(1, 11))
    assert consent.special_features == {1}
    assert consent.vendor_consents == {2, 6, 7, 8}
    assert consent.disclosed_vendors == {1, 3}


@pytest.mark.parametrize(
    ("consented", "ours"),
    [
        (range(1, 11), ["analytics", "personalisation", "advertising"]),
        ((3, 4), ["advertising"]),
        ((3, 5, 6), ["personalisation"]),
        ((7, 8, 9), []),
        ((), []),
    ],
)
def test_ours_needs_all_of_theirs(consented: range, ours: list[str]) -> None:
    granted = purposes_granted(changed(13, sum(1 << (24 - number) for number in consented)))
    assert [purpose for purpose, is_granted in granted.items() if is_granted] == ours


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no base64url"),
        (segment(CORE), "disclosed vendors are missing"),
        (changed(0, 1), "version 1"),
        (changed(10, 0), "global scope"),
        (changed(14, 1 << 21), "needs consent"),
        (changed(6, 26), "pair of letters"),
        (changed(24, 9), "no range"),
        (changed(25, 9), "above the largest"),
        (f"{segment(CORE)[:30]}.{segment(DISCLOSED)}", "cut short"),
        (f"{segment(CORE)}.{segment(DISCLOSED)}.{segment(DISCLOSED)}", "there twice"),
    ],
)
def test_a_malformed_string_is_named_and_grants_nothing(text: str, problem: str) -> None:
    with pytest.raises(TcfError, match=problem):
        decode_tcf(text)
    assert not any(purposes_granted(text).values())


def test_damage_of_any_kind_is_no_consent() -> None:
    assert not any(any(purposes_granted(text).values()) for text in malformed(random_strings(200)))


CONTRACT = """
source: visits
description: Visits with the consent string of their moment.
entities:
  visits:
    format: jsonl
    event_time: at
    fields:
      cookie: {type: text, identifier: {type: anonymous, namespace: visits_cookie}}
      at: {type: timestamp, required: true}
      consent: {type: tcf}
    canonical:
      consents: {purpose: consent}
"""


def test_a_landed_string_becomes_one_consent_a_purpose_and_a_malformed_one_refuses_all(
    tmp_path: Path,
) -> None:
    (tmp_path / "visits.yaml").write_text(CONTRACT)
    contract = read_contract(tmp_path / "visits.yaml")
    granting = f"{segment(CORE)}.{segment(DISCLOSED)}"
    day = tmp_path / "landing" / "visits" / "2024-03-01"
    day.mkdir(parents=True)
    (day / "visits.jsonl").write_text(
        "".join(
            f'{{"cookie":"{cookie}","at":"2024-03-01T10:00:00Z","consent":{consent}}}\n'
            for cookie, consent in {"a": f'"{granting}"', "b": '"nonsense"', "c": "null"}.items()
        )
    )
    days = {"first": date(2024, 3, 1), "last": date(2024, 3, 1)}
    with duckdb.connect() as connection:
        landing = tmp_path / "landing"
        [account] = load_landed_days(connection, tmp_path / "v", landing, contract, key=b"k", **days)
        columns = canonical_sql(contract, "visits", "consents")
        selected = ", ".join(f"{sql} AS {column}" for column, sql in columns.items())
        rows = connection.execute(f"SELECT {selected} FROM raw.visits__visits").df()
    assert account.accepted_count == 3
    granted = rows.groupby("source_line").agg({"purpose": list, "is_granted": list}).to_dict("index")
    ours = ["analytics", "personalisation", "advertising"]
    assert granted == {
        1: {"purpose": ours, "is_granted": [True] * 3},
        2: {"purpose": ours, "is_granted": [False] * 3},
    }
