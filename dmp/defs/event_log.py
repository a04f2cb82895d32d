"""Dagster's SQLite event log, writing a run's day partitions in batches; nothing else about Dagster belongs here.

A history of 400 landed days and 15 partitioned tables is 6,000 materialization events in one run. The stock storage
builds an engine per statement and a transaction per event: 30-40 ms an event (measured, Dagster 1.13), four minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dagster._core.events import ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable, SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.event import listen
from sqlalchemy.pool import StaticPool


class BatchedSqliteEventLogStorage(SqliteEventLogStorage):
    """`SqliteEventLogStorage` with one engine per file and one transaction per batch of events."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        """Open the event log in folder `base_dir`."""
        self._engines: dict[str, Engine] = {}
        self._tables_seen: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> BatchedSqliteEventLogStorage:
        """Build from `dagster.yaml`."""
        return cls(inst_data=inst_data, **config_value)

    @property
    def supports_partition_subset_in_asset_materialization_planned_events(self) -> bool:
        """Yes: a range of days is planned in one event an asset; its run, not each of its days, is shown as failed.

        An event a day is 12,000 of them for 400 days and 30 tables, before anything has begun.
        """
        return True

    def has_table(self, table_name: str) -> bool:
        """Say whether the index has a table; one that was seen is there for good, and is asked for at every event."""
        if table_name not in self._tables_seen and super().has_table(table_name):
            self._tables_seen.add(table_name)
        return table_name in self._tables_seen

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        """Return the file's engine with one lasting connection: closing the last one makes SQLite sync the file.

        The index and one run are kept open, however many runs a long-lived page reads.
        """
        if shard not in self._engines:
            for other in set(self._engines) - {INDEX_SHARD_NAME}:
                self._engines.pop(other).dispose()
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            listen(engine, "connect", _sync_at_checkpoints)
            self._engines[shard] = engine
        return self._engines[shard]

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one asset in one run: one transaction in each of the two files they belong to.

        The days of a range come in no order. The last one, which says what the table holds, goes last: pages show the
        latest event of an asset.
        """
        events = sorted(events, key=_day)
        rows = [self._event_to_row(event) for event in events]
        with self.run_connection(events[0].run_id) as connection:
            connection.execute(SqlEventLogStorageTable.insert(), rows)
        mirrored = [
            (event, row)
            for event, row in zip(events, rows, strict=True)
            if event.is_dagster_event and event.dagster_event_type in ASSET_EVENTS
        ]
        if not mirrored:
            return
        insert = SqlEventLogStorageTable.insert().returning(
            SqlEventLogStorageTable.c.id, sort_by_parameter_order=True
        )
        with self.index_transaction() as connection:
            ids: list[int] = list(connection.execute(insert, [row for _, row in mirrored]).scalars())
            asset_events = [event for event, _ in mirrored]
            self._store_asset_event_tags(connection, asset_events, ids)
            # The asset's row keeps its latest event only.
            self._store_asset_event(connection, asset_events[-1], ids[-1])


def _day(event: EventLogEntry) -> str:
    return (event.dagster_event and event.dagster_event.partition) or ""


def _sync_at_checkpoints(connection: Any, _record: Any) -> None:
    """Let the disk be waited for at checkpoints of the log alone, not at every event.

    With a write-ahead log the file stays whole; a machine that stops may lose its last events, and no table is made
    from them (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    connection.execute("PRAGMA synchronous=NORMAL")
