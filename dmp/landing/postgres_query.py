"""Lands what a PostgreSQL query answers, as one file of a landed day: asked through `psql`, which the system brings.

Where the server is, who asks and the password are libpq's own variables (PGSERVICE, PGHOST, PGUSER, PGPASSWORD, ...).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import pyarrow as pa

from dmp.landing.blocks import MEGABYTE
from dmp.landing.content import fingerprint
from dmp.landing.contract import load_contracts
from dmp.settings import DmpError, SettingsError

# A row as one line of JSON has no line breaks; times are told in UTC; a snapshot that nothing can be written from.
SCRIPT = """
BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL TimeZone = 'UTC';
SELECT row_to_json(facts) FROM (
{query}
) AS facts;
"""
# Rows are fetched in pieces, or psql would hold the whole answer in memory.
PSQL = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password"]
FETCHED = 10_000


def land_query(landing: Path, source: str, entity: str, query: str, day: date) -> tuple[Path, int]:
    """Write the query's rows as JSON lines into the day's folder; return the file and the number of rows.

    In the query :'day' is the landed day. It should end in an ORDER BY that tells all rows apart: the same rows are the
    same file then, and nothing is loaded again. Raises SettingsError for a query or entity that cannot be meant,
    DmpError where the server does not answer it; nothing has landed then.
    """
    _check(source, entity, query)
    path = landing / source / str(day) / f"{entity}.postgres.jsonl.zst"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with _asked(query, day) as answer, pa.OSFile(str(unfinished), "wb") as file:
            row_count = 0
            with pa.CompressedOutputStream(file, "zstd") as packed:
                while piece := answer.read(MEGABYTE):
                    row_count += piece.count(b"\n")
                    packed.write(piece)
        # The same content keeps its file, as it was.
        if not (path.exists() and fingerprint(path) == fingerprint(unfinished)):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path, row_count


def _check(source: str, entity: str, query: str) -> None:
    contract = load_contracts().get(source)
    if contract is None or entity not in contract.entities:
        raise SettingsError(f"no contract names {source}.{entity}: write contracts/{source}.yaml first")
    if contract.entities[entity].format != "jsonl":
        raise SettingsError(
            f"the contract says {contract.entities[entity].format} for {source}.{entity}, not jsonl"
        )
    # psql has commands of its own behind a backslash, one of them a shell.
    if "\\" in query or ";" in query or not query.strip():
        raise SettingsError("a query is one SELECT, without ; and without backslashes")


@contextmanager
def _asked(query: str, day: date) -> Iterator:
    """Yield the answer as a stream of bytes. Raises DmpError with what the server said."""
    words = [*PSQL, "--set=ON_ERROR_STOP=1", f"--set=FETCH_COUNT={FETCHED}", f"--set=day={day}", "--file=-"]
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    except FileNotFoundError as error:
        raise SettingsError(
            "`psql` was not found: install PostgreSQL's client (postgresql-client)"
        ) from error
    with process:
        assert process.stdin and process.stdout and process.stderr  # noqa: S101 - pipes were asked for
        try:
            # A server that cannot be reached is told of by psql's own words.
            with suppress(BrokenPipeError):
                process.stdin.write(SCRIPT.format(query=query).encode())
                process.stdin.close()
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip()
        if process.wait():
            raise DmpError(
                f"PostgreSQL did not answer: {said.splitlines()[0] if said else 'it said nothing'}"
            )
