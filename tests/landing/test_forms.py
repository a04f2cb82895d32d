"""Logs as they come: nested records, lines with a pattern, files without a header, times and ids in any form."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmp.landing.accounts import FileAccount
from dmp.landing.contract import Contract, load_contracts
from dmp.landing.identifiers import identifier_key
from dmp.landing.loading import load_landed_days
from dmp.landing.mapping import canonical_sql
from dmp.settings import SettingsError

KEY = b"a key for tests"
LOG = """
source: toys
description: a source
time_zone: Europe/Berlin
entities:
  records:
"""


class Toys:
    """A source with one entity, and what one file of it becomes."""

    def __init__(self, root: Path, entity: str) -> None:
        indented = "".join(f"    {line}\n" for line in entity.strip().splitlines())
        (root / "toys.yaml").write_text(LOG + indented)
        self.root = root
        self.contract: Contract = load_contracts(root)["toys"]
        self.connection = duckdb.connect()

    def load(self, name: str, content: bytes | pa.Table) -> FileAccount:
        path = self.root / "landing" / "toys" / "2024-03-01" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            pq.write_table(content, path)
        vault, landing, day = self.root / "vault.duckdb", self.root / "landing", date(2024, 3, 1)
        [account] = load_landed_days(
            self.connection, vault, landing, self.contract, first=day, last=day, key=KEY
        )
        return account

    def rows(self, columns: str) -> list[tuple[Any, ...]]:
        query = f"SELECT {columns} FROM raw.toys__records ORDER BY source_line"
        return self.connection.execute(query).fetchall()

    def reasons(self) -> list[tuple[Any, ...]]:
        query = "SELECT source_line, field, reason_code FROM raw.rejects ORDER BY source_line"
        return self.connection.execute(query).fetchall()


NESTED = """
format: {form}
event_time: at
fields:
  at: {{type: timestamp, required: true}}
  url: {{type: text, path: context.page.url}}
  locale: {{type: text, path: context.locale}}
"""


def test_a_field_deep_inside_json_is_read_and_what_nobody_declared_is_kept(tmp_path: Path) -> None:
    toys = Toys(tmp_path, NESTED.format(form="jsonl"))
    records = [
        {"at": "2024-03-01T10:00:00Z", "context": {"page": {"url": "/a"}, "locale": "de"}},
        {"at": "2024-03-01T10:00:00Z", "context": {"page": {"url": "/b", "title": "B"}}, "type": "page"},
        {"at": "2024-03-01T10:00:00Z", "context": 7},
        {"at": "2024-03-01T10:00:00Z"},
    ]
    lines = [
        *map(json.dumps, records),
        '{"at": "2024-03-01T10:00:00Z", "context": {"locale": 1, "locale": 2}}',
    ]
    account = toys.load("records.jsonl", "\n".join(lines).encode())
    assert (account.accepted_count, account.rejected_count) == (4, 1)
    assert toys.rows("url, locale") == [("/a", "de"), ("/b", None), (None, None), (None, None)]
    assert [json.loads(kept) for (kept,) in toys.rows("properties")[1:2]] == [
        {"context": {"page": {"title": "B"}}, "type": "page"}
    ]
    assert toys.reasons() == [(5, None, "duplicate_name")]


def test_a_field_inside_a_parquet_struct_is_read_and_the_rest_of_the_struct_is_kept(tmp_path: Path) -> None:
    toys = Toys(tmp_path, NESTED.format(form="parquet"))
    contexts = [{"page": {"url": "/a", "title": "A"}, "locale": "de"}, None]
    toys.load("records.parquet", pa.table({"at": ["2024-03-01T10:00:00Z"] * 2, "context": contexts}))
    assert toys.rows("url, locale") == [("/a", "de"), (None, None)]
    assert json.loads(toys.rows("properties")[0][0]) == {"context": {"page": {"title": "A"}}}


def test_a_log_line_becomes_its_named_groups_and_another_line_is_rejected(tmp_path: Path) -> None:
    toys = Toys(
        tmp_path,
        r"""
        format: log
        pattern: '(?P<time>\S+ \S+) (?P<level>[A-Z]+) (?P<user>\S+) (?P<text>.*)'
        missing: ["-"]
        event_time: time
        fields:
          time: {type: timestamp, required: true, time_format: "%d/%m/%Y %H:%M:%S"}
          user: {type: text, identifier: {type: login, namespace: toys}}
          text: {type: text}
        """.replace("\n        ", "\n"),
    )
    content = b"01/03/2024 10:00:00 INFO ann bought\r\n\n\xef\xbb\xbf01/03/2024 10:00:01 INFO - left\nnonsense\n\xff\n"
    account = toys.load("records.log", content)
    assert (account.physical_line_count, account.blank_line_count) == (5, 1)
    assert toys.rows("epoch(time)::BIGINT, login_key IS NULL, text, properties->>'level'") == [
        (1709283600, False, "bought", "INFO"),
        (1709283601, True, "left", "INFO"),
    ]
    assert toys.reasons() == [(4, None, "no_match"), (5, None, "not_utf8")]


def test_tab_separated_values_without_a_header_are_read_by_the_declared_columns(tmp_path: Path) -> None:
    toys = Toys(
        tmp_path,
        r"""
        format: csv
        delimiter: "\t"
        quote: none
        columns: [stamp, title, size]
        missing: ["null"]
        event_time: at
        fields:
          at: {type: timestamp, source_name: stamp, time_format: "%Y%m%d%H%M%S%f", time_zone: UTC, required: true}
          title: {type: text}
        """.replace("\n        ", "\n"),
    )
    content = b'20240301100000123\t"Ann" said\t1\n20240301100000123\tnull\t2\n20240301100000123\tx\n'
    account = toys.load("records.csv", content)
    assert (account.header_line_count, account.accepted_count) == (0, 2)
    assert toys.rows("""epoch_ms("at"), title, properties->>'size'""") == [
        (1709287200123, '"Ann" said', "1"),
        (1709287200123, None, "2"),
    ]
    assert toys.reasons() == [(3, None, "field_count")]


PARTS = """
format: csv
delimiter: ";"
event_time: day_at
position: click
fields:
  day_at: {type: timestamp, parts: [year, month, day], time_format: "%Y %m %d", required: true}
  year: {type: integer}
  month: {type: integer}
  day: {type: integer}
  click: {type: integer}
  agent: {type: user_agent}
  address: {type: ip}
  visitor: {type: text, parts: [address, agent], identifier: {type: anonymous, namespace: toys}}
canonical:
  events:
    event_type: {constant: view}
"""


def test_a_time_and_an_identifier_may_be_made_of_several_fields(tmp_path: Path) -> None:
    toys = Toys(tmp_path, PARTS)
    header = b"year;month;day;click;agent;address\n"
    account = toys.load("records.csv", header + b"2024;3;1;2;Chrome 1;10.1.2.3\n2024;13;1;3;x;\n")
    assert account.rejected_count == 1
    [row] = toys.rows("epoch(day_at)::BIGINT, anonymous_key, truncated_ip")
    assert row == (1709247600, identifier_key(KEY, "toys", "10.1.2.3 Chrome 1"), "10.1.2.0/24")
    assert toys.reasons() == [(3, "day_at", "not_timestamp")]
    mapped = canonical_sql(toys.contract, "records", "events")
    assert toys.rows(f"epoch({mapped['event_at']})::BIGINT, {mapped['is_order_only']}") == [
        (1709247602, True)
    ]


def test_a_log_without_times_is_of_its_landed_day_in_the_order_of_its_lines(tmp_path: Path) -> None:
    toys = Toys(
        tmp_path,
        "format: csv\nfields: {page: {type: text}}\ncanonical: {events: {event_type: {constant: view}}}",
    )
    toys.load("records.csv", b"page\na\nb\n")
    mapped = canonical_sql(toys.contract, "records", "events")
    assert toys.rows(f"strftime({mapped['event_at']}, '%d %H:%M:%S.%g'), {mapped['is_order_only']}") == [
        ("29 23:00:00.002", True),
        ("29 23:00:00.003", True),
    ]


def test_numbers_are_read_as_the_source_or_the_field_writes_them(tmp_path: Path) -> None:
    toys = Toys(
        tmp_path,
        """
format: csv
delimiter: ";"
fields:
  price: {type: decimal, number_format: {decimal_mark: ",", grouping_mark: ".", money_sign: "¥"}}
  weight: {type: float, number_format: {grouping_mark: " "}}
  stock: {type: integer}
""",
    )
    good = "1.234,5;1 234.5;7\n¥12;0.5;7\n-¥ 1.000;-3;7\n12,50 ¥;1\u202f000;7\n"
    bad = "1.23,5;;\n12.5;;\n$12;;\n1,234,5;;\n;1,5;\n;10 00;\n;;1.234\n;;¥7\n"
    toys.load("records.csv", f"price;weight;stock\n{good}{bad}".encode())
    assert [(float(price), weight) for price, weight in toys.rows("price, weight")] == [
        (1234.5, 1234.5), (12.0, 0.5), (-1000.0, -3.0), (12.5, 1000.0),
    ]  # fmt: skip
    assert toys.reasons() == [
        *((line, "price", "not_decimal") for line in (6, 7, 8, 9)),
        *((line, "weight", "not_float") for line in (10, 11)),
        *((line, "stock", "not_integer") for line in (12, 13)),
    ]


def test_an_address_given_in_clear_or_as_its_hash_is_one_identifier(tmp_path: Path) -> None:
    toys = Toys(
        tmp_path,
        """
format: csv
fields:
  email: {type: text, identifier: {type: email, namespace: email}}
  digest:
    type: text
    identifier: {type: email, namespace: email, is_hashed: true, key_column: digest_key}
""",
    )
    digest = hashlib.sha256(b"ann@example.org").hexdigest()
    toys.load("records.csv", f"email,digest\n Ann@Example.org,{digest.upper()}\n,unhashed\n".encode())
    [(email, hashed), (nobody, unreadable)] = toys.rows("email_key, digest_key")
    assert email == hashed is not None
    assert (nobody, unreadable) == (None, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("event_type:", "event_typ:"), "canonical.events.event_typ: 'event_typ' is no canonical column"),
        (("constant: view", "field: colour"), "canonical.events.event_type: 'colour' is none of its fields"),
        (("constant: view", "field: visitor"), "the text of the identifier 'visitor' is not kept"),
        (("{constant: view}", "{}"), "either a field or a constant"),
        (("parts: [address, agent]", "parts: [address, colour]"), "'colour' is none of its fields"),
        (("format: csv", "format: jsonl"), "are of CSV, not of jsonl"),
        (('delimiter: ";"', "pattern: combined"), "only a log"),
        (("type: ip", "type: ip, path: a.b"), "a path needs nested records"),
        (('"%Y %m %d"', '"Y m d"'), "a time_format is a pattern with %"),
        (('delimiter: ";"', "columns: [year]"), "'month' is none of the names that a record has: year"),
        (("position: click", "position: agent"), "the position 'agent' is no integer"),
        (("position: click", "order_only: {last_date: 2024-03-01, within: [click]}"), "excludes event_time"),
        (("position: click", "order_only: {last_date: 2024-03-01, within: [team]}"), "'team' is none of its"),
        (("type: ip", "type: ip, number_format: {}"), "a number_format needs a number, not ip"),
        (
            ("type: integer", "type: integer, number_format: {grouping_mark: '.'}"),
            "'.' cannot mark both decimals and groups",
        ),
        (("type: anonymous,", "type: anonymous, is_hashed: true,"), "may be given hashed"),
        (("events:", "purchases:"), "purchases"),
    ],
)
def test_a_contract_that_means_nothing_stops_with_a_sentence(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=r"toys\.yaml: entities\.records") as error:
        Toys(tmp_path, PARTS.replace(*change))
    assert sentence in str(error.value)
