"""One expectation suite on one table, run inside DuckDB.

Which suites there are is `expectations/`; what a failure stops is dmp/defs.

Results are counts, never values of persons, and never the library's own HTML pages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dmp.settings import PROJECT, SettingsError

EXPECTATIONS = PROJECT / "expectations"


@dataclass(frozen=True)
class ExpectationResult:
    """What one expectation found in one table."""

    table_name: str
    expectation: str
    column_name: str | None
    is_met: bool
    element_count: int | None
    unexpected_count: int | None
    observed: str | None
    message: str | None


class _PersistedDialect(str):
    """A dialect name as the library's private list of dialects with one lasting connection holds them."""

    @property
    def value(self) -> str:
        """The name."""
        return str(self)


def suites() -> dict[str, dict[str, Any]]:
    """Return every suite of `expectations/`, by table.

    A suite: `schema`, and `expectations`, each with the library's own `type` and `kwargs`; under
    `where_events_land` those that hold only in a home with a source of events.
    """
    return {path.stem: _read_suite(path) for path in sorted(EXPECTATIONS.glob("*.yaml"))}


def _read_suite(path: Path) -> dict[str, Any]:
    suite = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(suite, dict) or not {"schema", "expectations"} <= suite.keys():
        raise SettingsError(f"{path}: a suite needs `schema` and `expectations`")
    return suite


def _ask_for_one_lasting_connection() -> None:
    """Add DuckDB to the library's private list of dialects whose connection it keeps.

    Otherwise it fetches results after the connection went back, and every SQL expectation on DuckDB fails with
    `list index out of range` (Great Expectations 1.24, duckdb-engine 0.17).
    """
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine_module

    dialects = engine_module._PERSISTED_CONNECTION_DIALECTS
    if "duckdb" not in dialects:
        engine_module._PERSISTED_CONNECTION_DIALECTS = (  # type: ignore[assignment]
            *dialects,
            _PersistedDialect("duckdb"),
        )


@cache
def _library() -> Any:
    """Return the library's context, one for all suites of a process: it lives in memory."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    _ask_for_one_lasting_connection()
    context = gx.get_context(mode="ephemeral")
    # The bars would be one line of log per metric.
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


@contextmanager
def _batch(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> Iterator[Any]:
    """Open one table as a batch, read through the connection, and leave nothing of it open."""
    from duckdb_engine import ConnectionWrapper

    sources = _library().data_sources
    source = sources.add_sql(
        "warehouse",
        connection_string="duckdb:///:memory:",
        create_temp_table=False,
        kwargs={"creator": lambda: ConnectionWrapper(connection.cursor())},
    )
    try:
        # A table asset forgets its schema in some of the queries on DuckDB.
        query = f'SELECT * FROM "{schema}"."{table}"'  # noqa: S608 - both names come from expectations/
        asset = source.add_query_asset(table, query=query)
        yield asset.add_batch_definition_whole_table("whole").get_batch()
    finally:
        for engine in (source.get_execution_engine(), source):
            opened = getattr(engine, "_connection", None)
            if opened is not None:
                opened.close()
        source.get_execution_engine().engine.dispose()
        source.get_engine().dispose()
        sources.delete("warehouse")


def validate(
    connection: duckdb.DuckDBPyConnection, table: str, suite: dict[str, Any]
) -> list[ExpectationResult]:
    """Run a suite on its table. Every query runs in DuckDB; no table is loaded into this process's memory."""
    from great_expectations.core import ExpectationSuite

    with _batch(connection, suite["schema"], table) as batch:
        outcome = batch.validate(
            ExpectationSuite(name=table, expectations=suite["expectations"]),
            # Counts alone: no value of a person is fetched, and a gate costs half (0.2 instead of 0.4 CPU-s).
            result_format={"result_format": "BASIC", "partial_unexpected_count": 0},
        )
    return [_result(table, result) for result in outcome.results]


def _result(table: str, result: Any) -> ExpectationResult:
    found = result.result or {}
    raised = next(
        (
            info["exception_message"]
            for info in _exceptions(result.exception_info)
            if info["raised_exception"]
        ),
        None,
    )
    observed = found.get("observed_value")
    return ExpectationResult(
        table_name=table,
        expectation=result.expectation_config.type,
        column_name=result.expectation_config.kwargs.get("column"),
        is_met=bool(result.success),
        element_count=found.get("element_count"),
        unexpected_count=found.get("unexpected_count"),
        # A single value may be a person's; only numbers leave.
        observed=str(observed) if isinstance(observed, int | float) else None,
        message=raised,
    )


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    return [info] if "raised_exception" in info else list(info.values())
