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

from dmp.landing.contract import load_contracts
from dmp.landing.tables import create_raw_tables
from dmp.settings import PROJECT, Home, Settings, SettingsError
from dmp.transformation import DBT_PROJECT, NodeResult, build, document, environment


@contextmanager
def _empty_home() -> Iterator[Home]:
    """A home whose raw tables have every column and no row: all that unit tests and documentation read."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with duckdb.connect(str(home.warehouse)) as connection:
            create_raw_tables(connection, load_contracts())
        yield home


def test() -> list[NodeResult]:
    """Run every unit test of the dbt project and, since it costs little, its data tests on empty tables."""
    with _empty_home() as home:
        return build("*", home, Settings(), {}, with_unit_tests=True)


def lint() -> int:
    """Run sqlfluff over the models; return its exit code. The rules are in `.sqlfluff`."""
    with TemporaryDirectory() as folder:
        variables = environment(Home(Path(folder)), Settings())
        command = ["sqlfluff", "lint", "--processes=2", "--disable-progress-bar", str(DBT_PROJECT / "models")]
        return subprocess.run(command, cwd=PROJECT, env=os.environ | variables, check=False).returncode


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
            results = test()
            failed = [result for result in results if result.status not in {"success", "pass"}]
            for result in failed:
                sys.stdout.write(f"{result.status}: {result.unique_id}\n{result.message}\n")
            unit_tests = sum(result.unique_id.startswith("unit_test.") for result in results)
            sys.stdout.write(f"{unit_tests} unit tests, {len(results)} nodes, {len(failed)} not passed\n")
            return bool(failed)
    raise SettingsError("use: python -m dmp.transformation_checks test | lint | docs FOLDER")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
