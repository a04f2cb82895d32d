"""The page docs/your-own-logs.md: its contract accepts its example, and its staging models can be built."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from dmp.landing.checking import check_files
from dmp.landing.contract import read_contract
from dmp.landing.mapping import canonical_sql
from dmp.landing.tables import create_raw_tables
from dmp.settings import PROJECT

PAGE = (PROJECT / "docs" / "your-own-logs.md").read_text(encoding="utf-8")


def test_the_contract_of_the_page_accepts_its_example_and_says_what_it_means(tmp_path: Path) -> None:
    [text] = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "entities:" in block]
    (tmp_path / "academy.yaml").write_text(text)
    contract = read_contract(tmp_path / "academy.yaml")
    checked, problems = check_files(contract, [PROJECT / "examples" / "academy" / "lessons.csv"])
    assert (problems, checked[0].accepted_count) == ([], 168)
    with duckdb.connect() as connection:
        create_raw_tables(connection, {"academy": contract})
        mapped = canonical_sql(contract, "lessons", "events")
        columns = ", ".join(f"{sql} AS {column}" for column, sql in mapped.items())
        connection.execute(f"SELECT {columns} FROM raw.academy__lessons")


def test_every_key_that_the_page_tells_of_is_one_of_a_contract() -> None:
    from dmp.landing.contract import Contract, Entity
    from dmp.landing.field_contract import FieldContract, Identifier, NumberFormat
    from dmp.landing.order_only import OrderOnly

    models = (Contract, Entity, FieldContract, Identifier, NumberFormat, OrderOnly)
    known = {field.alias or name for model in models for name, field in model.model_fields.items()}
    table = PAGE[PAGE.index("| your log has | say |") :].partition("\n\n")[0]
    told = set(re.findall(r"[`{ ]([a-z_]+): ", "\n".join(re.findall(r"`[^`]+`", table))))
    assert told <= known
