"""A session on a Spark master, and the way of tables between it and DuckDB."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from dmp.settings import Home, Settings, SettingsError

# What decides about results stands here; what decides about speed is the owner's.
FIXED = {
    # Every moment is UTC, as in the warehouse.
    "spark.sql.session.timeZone": "UTC",
    # A number that does not fit and a text that is no number are errors, as in DuckDB.
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    # Spark 4.3 makes an invalid plan by this rule where a side of a union names one column twice (user_answers).
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def tables_folder(home: Home, settings: Settings) -> Path:
    """Return where Spark's tables lie."""
    return Path(settings.spark.warehouse or home.root / "spark")


@contextmanager
def session(home: Home, settings: Settings) -> Iterator[Any]:
    """Yield a SparkSession on the master of the settings; it ends with the block.

    Raises SettingsError where the extra `spark` is not installed or there is no Java.
    """
    check_installed()
    from pyspark.sql import SparkSession

    chosen = settings.spark
    options = {
        "spark.master": chosen.master,
        "spark.app.name": "dmp",
        "spark.driver.memory": chosen.driver_memory,
        "spark.executor.memory": chosen.executor_memory,
        "spark.sql.shuffle.partitions": str(chosen.shuffle_partitions),
        "spark.sql.warehouse.dir": str(tables_folder(home, settings)),
        **chosen.options,
        **FIXED,
    }
    if chosen.master.startswith(("local", "spark://127.")):
        # Nothing of a session on this machine listens to another one.
        options |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder
    for name, value in options.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


def check_installed() -> None:
    """Raise SettingsError with what to install where Spark cannot start."""
    try:
        import dbt.adapters.spark  # noqa: F401
        import pyspark  # noqa: F401
    except ImportError as error:
        raise SettingsError(f"{error}: install the extra `spark` (docs/spark.md)") from error
    if not (
        shutil.which("java") or (Path(os.environ.get("JAVA_HOME", "/nowhere")) / "bin" / "java").exists()
    ):
        raise SettingsError("no Java found: Spark needs Java 17 or newer, on PATH or in JAVA_HOME")


def to_duckdb(spark: Any, connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Copy tables `schema.table` from Spark into DuckDB, as Arrow."""
    for name in names:
        schema, _, _ = name.partition(".")
        rows = spark.table(name).toArrow()
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        connection.register("rows_of_spark", rows)
        # Names are this code's own.
        connection.execute(f"CREATE OR REPLACE TABLE {name} AS FROM rows_of_spark").fetchall()
        connection.unregister("rows_of_spark")


def to_spark(
    connection: duckdb.DuckDBPyConnection, spark: Any, folder: Path, names: Iterable[str], partition: str = ""
) -> None:
    """Copy tables `schema.table` from DuckDB into Spark, as Parquet files below a folder.

    partition: a column whose values become folders, in tables that have it.
    """
    for name in names:
        schema, _, table = name.partition(".")
        place = folder / schema / table.replace("__", "/", 1)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        columns = connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
            [schema, table],
        ).fetchall()
        is_parted = partition in dict(columns)
        target = (
            f"'{place}' (FORMAT parquet, PARTITION_BY ({partition}))"
            if is_parted
            else f"'{place}/rows.parquet'"
        )
        selected = ", ".join(f'"{column}"::{_kept(kind)} AS "{column}"' for column, kind in columns)
        connection.execute(f"COPY (SELECT {selected} FROM {name}) TO {target}").fetchall()  # noqa: S608
        declared = ", ".join(f"`{column}` {_declared(kind)}" for column, kind in columns)
        parted = f"PARTITIONED BY ({partition})" if is_parted else ""
        spark.sql(f"CREATE DATABASE IF NOT EXISTS {schema}")
        spark.sql(f"DROP TABLE IF EXISTS {name}")
        spark.sql(f"CREATE TABLE {name} ({declared}) USING parquet {parted} LOCATION '{place}'")
        if is_parted:
            spark.sql(f"ALTER TABLE {name} RECOVER PARTITIONS")


def _kept(kind: str) -> str:
    """DuckDB's own types as those that a Parquet file has."""
    named = {"HUGEINT": "DECIMAL(38, 0)", "UBIGINT": "DECIMAL(20, 0)", "JSON": "VARCHAR"}
    return "TIMESTAMPTZ" if kind == "TIMESTAMPTZ_NS" else named.get(kind, kind)


def _declared(kind: str) -> str:
    """A DuckDB type as Spark declares a column."""
    from sqlglot import exp

    from dmp.spark.words import in_sparks_words

    return in_sparks_words(exp.DataType.build(_kept(kind), dialect="duckdb")).sql(dialect="spark")
