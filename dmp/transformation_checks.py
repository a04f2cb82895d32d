"""What a developer runs on the dbt project: its tests, its lint, its documentation site. Nothing that a run needs.

Usage: python -m dmp.transformation_checks test | lint | docs FOLDER
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from dmp.cleaning.fitting import create_parameters
from dmp.identity.tables import create_tables
from dmp.landing.contract import load_contracts
from dmp.landing.tables import create_raw_tables
from dmp.privacy.purposes import declared_purposes, purpose_problems
from dmp.publish import UNPUBLISHED_TABLES
from dmp.settings import PROJECT, Home, Settings, SettingsError
from dmp.transformation import DBT_PROJECT, build, document, environment

COLUMNS = """
SELECT table_name, list(column_name) FROM duckdb_columns()
WHERE schema_name IN ('profiles', 'insight') AND NOT list_contains(?, table_name)
GROUP BY table_name ORDER BY table_name
"""
UNDESCRIBED = """
SELECT table_name, column_name FROM duckdb_columns()
WHERE schema_name IN ('profiles', 'insight') AND NOT internal AND comment IS NULL
"""


@contextmanager
def _empty_home() -> Iterator[Home]:
    """A home whose raw tables have every column and no row: all that unit tests and documentation read."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with duckdb.connect(str(home.warehouse)) as connection:
            create_raw_tables(connection, load_contracts())
            create_parameters(connection)
            create_tables(connection)
        yield home


def test() -> list[str]:
    """Run every unit test and, since they cost little on empty tables, every data test; return what went wrong.

    A column of a mart without a description, or without a purpose, counts as wrong too.
    """
    with _empty_home() as home:
        results = build("*", home, Settings(), {}, with_unit_tests=True)
        with duckdb.connect(str(home.warehouse)) as connection:
            undescribed = connection.execute(UNDESCRIBED).fetchall()
            columns = dict(connection.execute(COLUMNS, [sorted(UNPUBLISHED_TABLES)]).fetchall())
    return [
        *(
            f"{result.unique_id}: {result.message}"
            for result in results
            if result.status in {"fail", "error"}
        ),
        *(f"{table}.{column}: no description" for table, column in undescribed),
        *purpose_problems(columns, declared_purposes()),
    ]


def lint() -> int:
    """Run sqlfluff over the models; return its exit code. The rules are in `.sqlfluff`."""
    command = [
        sys.executable,
        "-m",
        "sqlfluff",
        "lint",
        "--disable-progress-bar",
        "--processes=0",
        str(DBT_PROJECT / "models"),
    ]
    return subprocess.run(command, cwd=PROJECT, env=os.environ | environment(), check=False).returncode


def docs(folder: Path) -> Path:
    """Write the documentation site of the dbt project as one page, `<folder>/index.html`."""
    with _empty_home() as home:
        build("*", home, Settings(), {})
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(document(home, Settings()), folder / "index.html"))


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    match arguments:
        case ["lint"]:
            return lint()
        case ["docs", folder]:
            sys.stdout.write(f"{docs(Path(folder))}\n")
            return 0
        case ["test"]:
            wrong = test()
            sys.stdout.writelines(f"{line}\n" for line in wrong)
            return bool(wrong)
    raise SettingsError("use: python -m dmp.transformation_checks test | lint | docs FOLDER")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
