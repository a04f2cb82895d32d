"""dbt's adapter for Spark, which also puts a model's DuckDB query into Spark's dialect."""

from __future__ import annotations

from typing import Any

from dbt.adapters import spark as dbt_spark
from dbt.adapters.base import available
from sqlglot import exp

from dmp.settings import DmpError
from dmp.spark.reading import UntranslatableError, read
from dmp.spark.translation import schema_of, to_spark


class SparkAdapter(dbt_spark.SparkAdapter):
    """The adapter of dbt-spark with one method more, for the macros in dbt_project/macros/spark.sql.

    Its name is that of the adapter it stands for: dbt looks for its version under it.
    """

    @available
    def in_spark(self, sql: str) -> str:
        """Return a DuckDB query in Spark's dialect, by what the session's catalogue knows of the tables it reads."""
        from pyspark.sql import SparkSession

        session = SparkSession.active()
        try:
            names = {f"{table.db}.{table.name}" for table in read(sql).find_all(exp.Table) if table.db}
            return to_spark(sql, schema_of({name: _columns(session, name) for name in names}))
        except UntranslatableError as error:
            raise DmpError(f"not on Spark: {error}") from error


def _columns(session: Any, table: str) -> dict[str, str]:
    """Return the columns of a table with their types in DuckDB's words."""
    return {
        field.name: _duckdb(field.dataType.simpleString()) for field in session.table(table).schema.fields
    }


def _duckdb(kind: str) -> str:
    if kind.startswith("array<"):
        return f"{_duckdb(kind[6:-1])}[]"
    return {
        "string": "VARCHAR",
        "timestamp": "TIMESTAMPTZ",
        "timestamp_ntz": "TIMESTAMP",
        "void": "VARCHAR",
    }.get(kind, kind.upper())


def use() -> None:
    """Let dbt take this adapter for every target of the type `spark`."""
    dbt_spark.Plugin.adapter = SparkAdapter
