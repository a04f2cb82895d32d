"""Loads the files of one entity, in the order of (landed day, name), in batches that bound memory.

Who comes first wins: a later batch is compared with the rows that earlier ones have put into the raw table.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from dmp.landing.accounts import FileAccount
from dmp.landing.blocks import MEGABYTE, Block, RefusedFileError, Reject
from dmp.landing.consent_strings import with_consent_strings
from dmp.landing.content import content_hash
from dmp.landing.contract import OWN_COLUMNS, Contract, Entity
from dmp.landing.duplicates import ACCEPT, COUNT_LOSERS, FIND_LOSERS, KEEP_CONFLICTS
from dmp.landing.file_columns import keep_batch, keep_files
from dmp.landing.files import LandedFile
from dmp.landing.parsing import typing_statement
from dmp.landing.readers import read_file
from dmp.landing.rejects import keep_rejected, keep_unreadable
from dmp.landing.suppression import Retired, names_suppressed, parse_records, read_records, suppress
from dmp.landing.tables import raw_table
from dmp.landing.vault import KEEP_IDENTIFIERS

BATCH_SIZE = 64 * MEGABYTE
Batch = list[tuple[int, Block]]
# A landed day counts as delivered at its end; a client's clock may be a day ahead of that.
LIST_FILES = """
CREATE OR REPLACE TEMP TABLE entity_files AS
SELECT *, timezone($time_zone, (landed_date + 2)::TIMESTAMP) AS future_limit FROM listed_files
"""
EARLIER_CONTENTS = """
SELECT content_hash, arg_min(source_file, (landed_date, source_file))
FROM raw.landed_files
WHERE source = $source AND entity = $entity AND landed_date < $first AND NOT is_refused AND record_count > 0
GROUP BY content_hash
"""


@dataclass(frozen=True)
class EntityLoad:
    """What the steps of loading one entity share."""

    connection: duckdb.DuckDBPyConnection
    contract: Contract
    name: str
    key: bytes
    suppressed: frozenset[int] = frozenset()
    retired: Retired = field(default_factory=dict)

    @property
    def entity(self) -> Entity:
        """The entity's contract."""
        return self.contract.entities[self.name]

    @property
    def place(self) -> dict[str, str]:
        """The parameters that name the entity."""
        return {"source": self.contract.source, "entity": self.name}

    def load(self, files: list[tuple[LandedFile, FileAccount]]) -> None:
        """Load the files, ordered by (landed day, name), and count in their accounts what became of them."""
        self._list(files)
        with_consent_strings(self.connection, self.entity)
        for batch in _read_ahead(_batches(files, self.entity, self._earlier_contents(files))):
            for number, count in self._read(batch).items():
                files[number][1].suppressed_count += count
            seen = [(files[number][0], block) for number, block in batch]
            keep_batch(self.connection, self.name, self.entity, seen)
            last = max(files[number][0].landed_date for number, _ in batch)
            table, columns = raw_table(self.contract, self.name), (*self.entity.raw_columns, *OWN_COLUMNS)
            self.connection.execute(FIND_LOSERS.substitute(table=table), {"last": last})
            self.connection.execute(
                ACCEPT.substitute(table=table, columns=", ".join(f'"{column}"' for column in columns))
            )
            self.connection.execute(KEEP_CONFLICTS, self.place)
            keep_rejected(self.connection, self.entity, self.place)
            keep_unreadable(self.connection, self._unreadable(batch, files), self.place)
            for number, duplicates, conflicts in self.connection.execute(COUNT_LOSERS).fetchall():
                files[number][1].duplicate_count += duplicates
                files[number][1].conflict_count += conflicts
        keep_files(self.connection, self.name, self.entity, files)

    def _list(self, files: list[tuple[LandedFile, FileAccount]]) -> None:
        listed = pa.table(
            {
                "file_number": pa.array(range(len(files)), pa.int32()),
                "landed_date": pa.array([file.landed_date for file, _ in files], pa.date32()),
                "source_file": pa.array([file.source_file for file, _ in files], pa.string()),
            }
        )
        self.connection.register("listed_files", listed)
        self.connection.execute(LIST_FILES, {"time_zone": self.contract.time_zone or "UTC"})
        self.connection.unregister("listed_files")

    def _earlier_contents(self, files: list[tuple[LandedFile, FileAccount]]) -> dict[str, str]:
        first = {"first": files[0][0].landed_date}
        return dict(self.connection.execute(EARLIER_CONTENTS, {**self.place, **first}).fetchall())

    def _read(self, batch: Batch) -> dict[int, int]:
        """Make the temporary table `typed` from a batch; return the number of suppressed records by file."""
        read_records(self.connection, batch)
        parse_records(self.connection, self.entity, self.key)
        suppressed = suppress(self.connection, self.entity, self.key, self.suppressed, self.retired)
        if self.entity.identifiers:
            self.connection.execute(KEEP_IDENTIFIERS)
        self.connection.execute(typing_statement(self.contract, self.entity))
        return suppressed

    def _unreadable(
        self, batch: Batch, files: list[tuple[LandedFile, FileAccount]]
    ) -> list[tuple[int, Reject]]:
        """Return the lines that the reader set aside, less those of erased people, which are counted."""
        kept = []
        for number, reject in ((number, reject) for number, block in batch for reject in block.rejects):
            text = reject.content.decode(errors="replace")
            lists = {self.key: self.suppressed, **self.retired}
            if any(names_suppressed(text, self.entity, key, hashes) for key, hashes in lists.items()):
                files[number][1].suppressed_count += 1
            else:
                kept.append((number, reject))
        return kept


def _read_ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Yield the batches; the next one is read while the caller works on the last."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        following = reader.submit(next, batches, None)
        while batch := following.result():
            following = reader.submit(next, batches, None)
            yield batch


def _batches(
    files: list[tuple[LandedFile, FileAccount]], entity: Entity, earlier_contents: dict[str, str]
) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for number, (file, account) in enumerate(files):
        for block in _blocks(file, account, entity, earlier_contents):
            batch.append((number, block))
            size += block.records.nbytes
            if size >= BATCH_SIZE:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _blocks(
    file: LandedFile, account: FileAccount, entity: Entity, earlier_contents: dict[str, str]
) -> Iterator[Block]:
    """Yield the blocks to load and count all lines; `earlier_contents` names a file by content hash."""
    try:
        account.byte_count, account.content_hash = file.path.stat().st_size, content_hash(file.path)
        blocks = read_file(file.path, entity)
    except RefusedFileError as error:
        account.refuse(str(error))
        return
    except OSError as error:
        account.refuse(f"it cannot be opened: {error.strerror}")
        return
    twin = earlier_contents.get(account.content_hash)
    for block in blocks:
        account.add(block)
        if twin is None:
            yield block
    if twin:
        account.duplicate_count = account.record_count
        account.notes.append(f"same content as {twin}")
    elif account.record_count:
        earlier_contents[account.content_hash] = file.source_file
    else:
        account.notes.append("no records")
