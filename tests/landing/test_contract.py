from pathlib import Path

import duckdb
import pytest

from dmp.landing.contract import Contract, load_contracts
from dmp.landing.tables import create_raw_tables
from dmp.settings import SettingsError

GOOD = """
source: toys
description: a source
entities:
  sales:
    format: csv
    key: [sale_id]
    event_time: sold_at
    fields:
      sale_id: {type: text, required: true}
      sold_at: {type: timestamp, required: true}
"""


def load(folder: Path, text: str) -> dict[str, Contract]:
    (folder / "toys.yaml").write_text(text)
    return load_contracts(folder)


def test_the_contracts_of_the_project_are_good() -> None:
    contracts = load_contracts()
    assert {"shop", "online_retail", "taobao_userbehavior"} <= set(contracts)
    assert len(contracts["shop"].entities) == 11


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("type: text", "type: string"), "sale_id.type"),
        (("key: [sale_id]", "key: [number]"), "'number' is none of its fields"),
        (("text, required: true", "text"), "must be required"),
        (("event_time: sold_at", "event_time: sale_id"), "is no timestamp"),
        (("description: a source", "time_zone: CST"), "description"),
        (("source: toys", "source: toys\ntime_zone: Mars/Olympus"), "time_zone: 'Mars/Olympus'"),
        (("sale_id:", "sale-id:"), "sale-id"),
        (("source: toys", "source: 'x; DROP TABLE y'"), "source"),
        (("source: toys", "source: games"), "'games' must be in games.yaml"),
        (("sale_id: {", "landed_date: {type: date}\n      sale_id: {"), "column 'landed_date'"),
        (("format: csv", "format: csv\n    colour: red"), "colour"),
        (("source: toys", "- toys"), "toys.yaml"),
        (
            (
                "text, required: true",
                "text, required: true, identifier: {type: phone, namespace: a, region: XX}",
            ),
            "'XX' is no region",
        ),
        (
            (
                "text, required: true",
                "text, required: true, identifier: {type: login, namespace: a, region: DE}",
            ),
            "only a phone has a region",
        ),
    ],
)
def test_a_bad_contract_stops_with_a_sentence_that_names_file_and_field(
    tmp_path: Path, change: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError, match=r"toys\.yaml") as error:
        load(tmp_path, GOOD.replace(*change))
    assert sentence in str(error.value)


def test_a_good_contract_becomes_an_empty_table_before_anything_lands(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        create_raw_tables(connection, load(tmp_path, GOOD))
        create_raw_tables(connection, load(tmp_path, GOOD))
        columns = connection.execute("DESCRIBE raw.toys__sales").fetchall()
    assert [(name, sql_type) for name, sql_type, *_ in columns] == [
        ("sale_id", "VARCHAR"),
        ("sold_at", "TIMESTAMP WITH TIME ZONE"),
        ("properties", "JSON"),
        ("is_ambiguous_time", "BOOLEAN"),
        ("landed_date", "DATE"),
        ("source_file", "VARCHAR"),
        ("source_line", "BIGINT"),
        ("record_key", "UBIGINT"),
        ("payload_hash", "UBIGINT"),
    ]
