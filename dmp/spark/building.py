"""The SQL stages of a home on Spark: which models run when, and what Python does between them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dmp.settings import Home, Settings, SettingsError
from dmp.spark.session import check_installed, session, tables_folder, to_duckdb, to_spark
from dmp.transformation import DBT_PROJECT, TransformationError, environment, set_variables, staging_models

EXAMINED = "int_events_landed int_cells_examined"
CLEANING = ["staging.cleaning_rules", "intermediate.int_cells_examined"]
EVIDENCE = [
    "intermediate.int_identifiers",
    "intermediate.int_identity_links",
    "intermediate.int_identity_decisions",
    "profiles.identity_rules",
]
# What a run leaves in its folder.
MADE = ("raw", "intermediate", "profiles")
# A function with parameters, which is asked in the warehouse.
NOT_TABLES = "config.materialized:table_function"


def build_on_spark(
    home: Home,
    settings: Settings,
    told: Callable[[str], None] = lambda step: None,
    look: Callable[[Any, list[str]], None] = lambda spark, names: None,
) -> Path:
    """Make every table from staging to insight anew on Spark; return the folder in which they lie.

    The raw tables come from the home's warehouse. told: hears the name of each step as it begins. look: is given the
    session and the names of its tables before it ends.
    Raises SettingsError without Spark or a warehouse, or where the folder holds anything else; TransformationError for
    a model that fails.
    """
    check_installed()
    if not home.warehouse.exists():
        raise SettingsError(f"{home.warehouse} does not exist yet: run `dmp run --home {home.root}` first")
    folder = tables_folder(home, settings)
    _empty(folder)
    with session(home, settings) as spark, duckdb.connect() as scratch:
        told("raw tables as Parquet")
        _export_raw(home, spark, folder, scratch)
        run = _runner(home, settings)
        told("seeds and staging")
        run("seed", "resource_type:seed")
        run("run", f"{_landed_staging(home)} {EXAMINED}")
        told("what cleaning learns (Python)")
        _learn_cleaning(spark, scratch, folder)
        told("intermediate")
        run("run", "config.schema:intermediate", EXAMINED)
        told("who is who (Python)")
        _join_people(spark, scratch, folder)
        told("profiles and insight")
        run("run", "config.schema:profiles,resource_type:model config.schema:insight", NOT_TABLES)
        look(spark, _names(spark))
    return folder


def _empty(folder: Path) -> None:
    """Remove the tables of an earlier run. Raises SettingsError where something else lies there."""
    held = sorted(folder.iterdir()) if folder.is_dir() else []
    if others := [path.name for path in held if path.name not in MADE and path.suffix != ".db"]:
        raise SettingsError(
            f"{folder} holds {others[0]}, which no run on Spark made: give `spark.warehouse` a folder of its own"
        )
    for path in held:
        shutil.rmtree(path)


def _landed_staging(home: Home) -> str:
    names = [
        f"stg_{source}__{entities}"
        for entities, sources in staging_models(home.landing).items()
        for source in sources
    ]
    # What a staging view reads of its own source comes with it.
    return " ".join(f"+{name}" for name in sorted(names))


def _export_raw(home: Home, spark: Any, folder: Path, scratch: duckdb.DuckDBPyConnection) -> None:
    sources = {source for offered in staging_models(home.landing).values() for source in offered}
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        warehouse.execute("SET TimeZone = 'UTC'").fetchall()
        tables = [
            name
            for (name,) in warehouse.execute(
                "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw' ORDER BY table_name"
            ).fetchall()
            if name == "landed_files" or name.partition("__")[0] in sources
        ]
        to_spark(warehouse, spark, folder, [f"raw.{name}" for name in tables], partition="landed_date")
    scratch.execute("SET TimeZone = 'UTC'").fetchall()
    to_duckdb(spark, scratch, ["raw.landed_files"])


def _learn_cleaning(spark: Any, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
    from dmp.cleaning.fitting import update_parameters
    from dmp.cleaning.rules import load_rules

    to_duckdb(spark, scratch, CLEANING)
    update_parameters(scratch, load_rules(), date.min)
    to_spark(scratch, spark, folder, ["intermediate.cleaning_parameters"])


def _join_people(spark: Any, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
    from dmp.identity.people import update_people

    to_duckdb(spark, scratch, EVIDENCE)
    update_people(scratch, date.min, date.max)
    to_spark(scratch, spark, folder, ["profiles.identity_map_history", "profiles.identity_quarantine"])


def _runner(home: Home, settings: Settings) -> Callable[..., None]:
    """Return what runs dbt on Spark: its command, the selection and what is left out of it."""
    from dbt.cli.main import dbtRunner

    from dmp.spark.adapter import use

    use()
    target = home.root / "dbt" / "spark"
    variables = {
        "home_time_zone": settings.time_zone,
        "asked_cuts": str([day.isoformat() for day in settings.cuts]),
    }
    common = [
        "--quiet",
        "--log-level-file=none",
        f"--project-dir={DBT_PROJECT}",
        f"--profiles-dir={DBT_PROJECT}",
        "--target=spark",
        f"--target-path={target}",
        f"--log-path={target}",
        f"--vars={json.dumps(variables, sort_keys=True)}",
    ]
    with set_variables(environment(home, settings)):
        parsed: Any = dbtRunner().invoke(["parse", *common])
    if not parsed.success:
        raise TransformationError(f"dbt_project does not parse for Spark: {parsed.exception}")

    def run(command: str, select: str, exclude: str = "") -> None:
        arguments = [command, *common, f"--select={select}", "--full-refresh"]
        if exclude:
            arguments.append(f"--exclude={exclude}")
        with set_variables(environment(home, settings)):
            invocation: Any = dbtRunner(manifest=parsed.result).invoke(arguments)
        if invocation.result is None:
            raise TransformationError(f"dbt could not start: {invocation.exception}")
        for result in invocation.result.results:
            if str(result.status) not in {"success", "pass", "skipped"}:
                raise TransformationError(f"{result.node.unique_id} failed: {result.message}")

    return run


def _names(spark: Any) -> list[str]:
    schemas = ("staging", "intermediate", "profiles", "insight")
    return [f"{schema}.{table.name}" for schema in schemas for table in spark.catalog.listTables(schema)]
