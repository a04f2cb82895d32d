"""A contract proposed for an unknown file accepts that file; a check says beforehand what would be rejected."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from typer.testing import CliRunner

from dmp.cli import app
from dmp.landing.checking import check_files
from dmp.landing.contract import read_contract
from dmp.landing.inferring import infer_contract

SALES = "sale id;user_id;amount;sold at;paid\n" + "".join(
    f"s{number};u{number % 7};{number}.50;2024-03-01 10:00:{number:02};{'true' if number % 2 else 'false'}\n"
    for number in range(60)
)
CALLS = "".join(
    json.dumps(
        {
            "id": number,
            "ts": 1709283600000 + number,
            "context": {"page": {"url": "/a"}, "userAgent": "Chrome"},
            "kind": "click" if number % 2 else "view",
            "tags": ["a"],
            "email": f"ann{number}@example.org",
        }
    )
    + "\n"
    for number in range(60)
)
TABS = "".join(f"20240301100000{number:03}\t\\N\t10.0.0.{number}\n" for number in range(60))
ACCESS = '10.0.0.1 - ann [01/Mar/2024:10:00:00 +0100] "GET /a HTTP/1.1" 200 5 "-" "Chrome"\n' * 2


def infer(folder: Path, name: str, content: str | pa.Table) -> dict:
    """Write a file, propose its contract, check the file with it and return the proposal."""
    path = folder / name
    if isinstance(content, str):
        path.write_text(content)
    else:
        pq.write_table(content, path)
    text = infer_contract(path, "toys", "records")
    (folder / "toys.yaml").write_text(text)
    checked, problems = check_files(read_contract(folder / "toys.yaml"), [path])
    assert problems == []
    assert checked[0].record_count == checked[0].accepted_count + checked[0].duplicate_count
    return yaml.safe_load(text)["entities"]["records"]


def test_columns_of_a_csv_file_get_types_a_key_and_their_identifier(tmp_path: Path) -> None:
    entity = infer(tmp_path, "sales.csv", SALES)
    assert (entity["delimiter"], entity["key"], entity["event_time"]) == (";", ["sale_id"], "sold_at")
    assert {name: field["type"] for name, field in entity["fields"].items()} == {
        "sale_id": "text",
        "user_id": "text",
        "amount": "decimal",
        "sold_at": "timestamp",
        "paid": "boolean",
    }
    assert entity["fields"]["user_id"]["identifier"] == {"type": "login", "namespace": "toys_user_id"}


def test_nested_json_is_proposed_by_its_paths_and_a_time_by_its_unit(tmp_path: Path) -> None:
    fields = infer(tmp_path, "calls.jsonl", CALLS)["fields"]
    assert fields["ts"] == {"type": "timestamp", "unit": "epoch_ms", "required": True}
    assert fields["context_page_url"]["path"] == "context.page.url"
    assert fields["kind"]["allowed"] == ["click", "view"]
    assert fields["context_user_agent"]["type"] == "user_agent"
    assert fields["email"]["identifier"]["type"] == "email"
    assert fields["tags"]["type"] == "json"


def test_a_file_without_a_header_gets_columns_and_a_time_format(tmp_path: Path) -> None:
    entity = infer(tmp_path, "tabs.csv", TABS)
    assert entity["columns"] == ["column_1", "column_2", "column_3"]
    assert entity["missing"] == ["\\N"]


def test_a_web_servers_log_is_known_by_its_pattern(tmp_path: Path) -> None:
    entity = infer(tmp_path, "access.log", ACCESS)
    assert (entity["pattern"], entity["event_time"]) == ("combined", "time")
    assert entity["fields"]["time"]["time_format"] == "%d/%b/%Y:%H:%M:%S %z"


def test_structs_and_dates_in_parts_of_a_parquet_file_are_found(tmp_path: Path) -> None:
    table = pa.table({"year": [2024], "month": [3], "day": [1], "who": [{"id": "a", "tags": ["x"]}]})
    entity = infer(tmp_path, "records.parquet", table)
    assert entity["event_time"] == "event_day"
    assert entity["fields"]["who_id"]["path"] == "who.id"


def test_what_would_be_rejected_is_said_with_file_line_and_field_before_anything_is_loaded(
    tmp_path: Path,
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(SALES)
    (tmp_path / "toys.yaml").write_text(infer_contract(good, "toys", "records"))
    bad.write_text(SALES.replace("3.50;", "three;").replace("s5;", ";") + "s1;u1;1.5\n")
    contract = str(tmp_path / "toys.yaml")
    assert CliRunner().invoke(app, ["contract", "check", contract, str(good)]).exit_code == 0
    result = CliRunner().invoke(app, ["contract", "check", contract, str(bad), "--json"])
    assert result.exit_code == 1
    found = json.loads(result.stdout)["problems"]
    told = [(problem["field"], problem["reason"], problem["count"], problem["line"]) for problem in found]
    assert told == [
        ("amount", "the value is no number", 6, 5),
        ("sale_id", "a required value is missing", 1, 7),
        (None, "the record has another number of fields than the header", 1, 62),
    ]
    assert not (tmp_path / "landing").exists()


@pytest.mark.parametrize(
    ("content", "sentence"), [("", "holds no lines"), ("just words\nand more of them\n", "no ready pattern")]
)
def test_a_file_that_looks_like_nothing_known_stops_with_a_sentence(
    tmp_path: Path, content: str, sentence: str
) -> None:
    path = tmp_path / "records.txt"
    path.write_text(content)
    result = CliRunner().invoke(app, ["contract", "infer", str(path)])
    assert (result.exit_code, sentence in " ".join(result.stderr.split())) == (2, True)
