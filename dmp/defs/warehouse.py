"""The home as a Dagster resource: it is locked and its warehouse open for the whole run, connections last a step."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
import duckdb
import pandas as pd
from pydantic import PrivateAttr

from dmp.builds import maker
from dmp.column_lineage import Behind
from dmp.defs.launching import alive
from dmp.defs.numbers import numbers
from dmp.defs.partitions import run_range
from dmp.dictionary.texts import column_text
from dmp.settings import Home, Settings
from dmp.upkeep.home_format import upgrade
from dmp.upkeep.retiring import make_ready
from dmp.warehouse import begin_range, begin_rebuild, connect, exclusive, replace_tables

REBUILD_TAG = "dmp/rebuild"
LINKS_SHOWN = 5
IS_TABLE = "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?"


class Warehouse(dg.ConfigurableResource):
    """The home of this run. Whoever starts a run (command line, schedule, page), only one writes at a time."""

    home_path: str = ""
    _settings: Settings = PrivateAttr()
    _begun_at: int = PrivateAttr(0)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Hold the writer's lock and the warehouse open until the run ends, however it ends."""
        log = context.log

        def waiting() -> None:
            if log:
                log.info("another run writes to this home: waiting for it to end")

        self._settings = self.home.settings()
        with (
            alive(self.home.dagster, context.run.run_id if context.run else ""),
            exclusive(self.home, waiting),
        ):
            upgrade(self.home)
            self._begun_at = time.time_ns()
            if context.run:
                self._begin(context.run)
            with self.connect():
                yield self

    def _begin(self, run: dg.DagsterRun) -> None:
        days = run_range(run)
        is_rebuild = run.tags.get(REBUILD_TAG) == "true"
        first = date.min if is_rebuild else days[0] if days else date.max
        make_ready(self.home, first)
        if is_rebuild:
            begin_rebuild(self.home, maker(self.home, self._settings))
        elif days:
            begin_range(self.home, *days)

    @property
    def home(self) -> Home:
        """The home's paths."""
        return Home.at(self.home_path or None)

    @property
    def settings(self) -> Settings:
        """The home's settings, read once a run."""
        return self._settings

    @property
    def begun_at(self) -> int:
        """When this run got the home to itself, in nanoseconds since 1970: what landed before is its to load."""
        return self._begun_at

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the warehouse for one step."""
        with connect(self.home, self.settings) as connection:
            yield connection

    def replace(self, schema: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[dg.MaterializeResult]:
        """Write a stage's tables and report each as a materialized asset."""
        with self.connect() as connection:
            replace_tables(connection, schema, tables)
            for name in tables:
                yield dg.MaterializeResult(asset_key=name, metadata=table_metadata(connection, schema, name))


def table_metadata(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str, behind: Behind | None = None
) -> dict[str, Any]:
    """Return row count, column schema and plotted numbers of a table, in the form that Dagster's catalogue shows.

    The rows of a view are not counted: that would read all that lies behind it, every day.
    behind: the columns that each column is read from; Dagster's own page shows them in the column's text alone, other
    readers of its metadata under the key for them.
    """
    columns = connection.execute(
        """
        SELECT column_name, data_type, comment FROM duckdb_columns()
        WHERE schema_name = ? AND table_name = ? ORDER BY column_index
        """,
        [schema, table],
    ).fetchall()
    behind = behind or {}
    metadata: dict[str, Any] = {
        **numbers(connection, table),
        "dagster/table_name": f"{schema}.{table}",
        "dagster/column_schema": dg.TableSchema(
            [
                dg.TableColumn(
                    name,
                    data_type,
                    description=_described(comment or column_text(table, name), behind.get(name, [])),
                )
                for name, data_type, comment in columns
            ]
        ),
    }
    if connection.execute(IS_TABLE, [schema, table]).fetchall():
        [metadata["dagster/row_count"]] = connection.table(f'"{schema}"."{table}"').count("*").fetchall()[0]
    if behind:
        metadata["dagster/column_lineage"] = dg.TableColumnLineage(
            {
                column: [dg.TableColumnDep(dg.AssetKey(name), read) for name, read in places]
                for column, places in behind.items()
            }
        )
    return metadata


def _described(text: str | None, places: list[list[str]]) -> str | None:
    """Return what a column means and, as links, the first of the columns that it is read from."""
    links = [f"[{table}.{column}](/assets/{table}?view=overview)" for table, column in places[:LINKS_SHOWN]]
    more = f" and {len(places) - LINKS_SHOWN} more" if len(places) > LINKS_SHOWN else ""
    made_of = f"Made of {', '.join(links)}{more}" if links else ""
    return "\n\n".join(filter(None, [text, made_of])) or None
