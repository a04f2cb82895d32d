"""Who leaves, in which form, and what is on record of it."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from dmp.audiences.erasing import exported_rows, forget_exported
from dmp.audiences.export import export_audience
from dmp.audiences.records import read_records
from dmp.settings import DmpError, Home, SettingsError
from tests.small_build import ANN, BOB, EVE


def lines(home: Home, record: dict) -> list[str]:
    return (home.exports / record["file"]).read_text(encoding="utf-8").splitlines()


def test_people_of_a_segment_leave_with_since_when_and_why(home: Home) -> None:
    record = export_audience(home, "loyal", "csv")
    assert list(csv.reader(lines(home, record))) == [
        ["user_id", "segment_id", "segment_name", "valid_from", "reason"],
        *([user, "loyal", "Loyal", "2026-06-01", "3 orders"] for user in (ANN, BOB, EVE)),
    ]
    table = pyarrow.parquet.read_table(home.exports / export_audience(home, "loyal", "parquet")["file"])
    assert table["user_id"].to_pylist() == [ANN, BOB, EVE]


def test_only_who_consents_to_advertising_and_has_a_contact_goes_to_a_platform_and_only_hashed(
    home: Home,
) -> None:
    record = export_audience(home, "loyal", "google")
    hashed = [hashlib.sha256(text).hexdigest() for text in (b"ann@example.org", b"+12345678901")]
    assert lines(home, record) == ["Email,Phone", ",".join(hashed)]
    assert record["withheld"] == {
        "no_consent_to_analytics": 1,
        "no_consent_to_advertising": 1,
        "no_contact": 1,
    }
    assert (record["person_count"], record["is_small"]) == (1, True)
    assert b"ann@" not in b"".join(path.read_bytes() for path in home.exports.iterdir())


def test_a_list_for_x_has_one_kind_of_identifier_and_no_header(home: Home) -> None:
    assert lines(home, export_audience(home, "loyal", "x")) == [
        hashlib.sha256(b"ann@example.org").hexdigest()
    ]


def test_bidders_get_the_segment_and_the_interests_that_the_taxonomy_names(home: Home) -> None:
    ann, eve = [json.loads(line) for line in lines(home, export_audience(home, "loyal", "openrtb"))]
    own = {"name": "dmp", "segment": [{"id": "loyal", "name": "Loyal"}]}
    camping = {"id": "725", "name": "Interest | Travel | Camping"}
    assert ann == {
        "user": {"id": ANN, "data": [own, {"name": "dmp", "segment": [camping], "ext": {"segtax": 4}}]}
    }
    assert eve == {"user": {"id": EVE, "data": [own]}}


def test_every_export_is_on_record_and_its_files_are_their_owners_alone(home: Home) -> None:
    export_audience(home, "loyal", "csv")
    record = export_audience(home, "loyal", "meta")
    assert [kept["destination"] for kept in read_records(home)] == ["csv", "meta"]
    assert read_records(home)[1] == record
    assert {record[name] for name in ("segment_id", "rule", "purpose", "as_of_date")} == {
        "loyal",
        "orders >= 3",
        "advertising",
        "2026-06-28",
    }
    assert {path.stat().st_mode & 0o777 for path in home.exports.iterdir()} == {0o600}


def test_a_dry_run_counts_and_writes_nothing(home: Home) -> None:
    assert export_audience(home, "loyal", "meta", is_dry_run=True)["person_count"] == 1
    assert not home.exports.exists()


def test_an_unknown_segment_or_destination_is_refused_in_a_sentence(home: Home) -> None:
    with pytest.raises(DmpError, match=r"'royal' is no segment of build .*: there are loyal"):
        export_audience(home, "royal", "csv")
    with pytest.raises(SettingsError, match="'fax' is no destination: choose one of csv, parquet, google"):
        export_audience(home, "loyal", "fax")


def test_erased_people_are_taken_out_of_every_file_and_nobody_else_is(home: Home) -> None:
    for to in ("csv", "parquet", "google", "uid2", "openrtb"):
        export_audience(home, "loyal", to)
    keys, texts = [161, 1001, 1002], ["ann@example.org", "+12345678901"]
    assert sorted(exported_rows(home, keys, texts).values()) == [1, 1, 1, 1, 1]
    forget_exported(home, keys, texts)
    assert exported_rows(home, keys, texts) == {}
    assert sorted(exported_rows(home, [178, 227], []).values()) == [1, 2, 2]
    assert {path.stat().st_mode & 0o777 for path in Path(home.exports).iterdir()} == {0o600}
