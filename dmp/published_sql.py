"""One question in SQL to the published tables, whoever wrote it: what may be asked, and within which limits.

The question is parsed and judged here, then answered by a process of its own that can be stopped: one long
function call ends neither at DuckDB's time limit nor at its memory limit.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from dmp.builds import published_build
from dmp.checked_json import DamagedFileError
from dmp.published import damaged_build, is_damage, not_published, open_published
from dmp.settings import DmpError, Home, SettingsError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SECONDS = 30
# Time for the process to start and to hand the answer over.
START_SECONDS = 15
MEMORY_BYTES = 4 * 2**30
# All others read files, other databases, settings, or run text as SQL.
TABLE_FUNCTIONS = {"generate_series", "range", "unnest"}
REFUSED_FUNCTIONS = {"current_setting", "query", "query_table"}
PUBLISHED_PLACES = {("", ""), ("", "main"), ("", "published"), ("published", "main")}


def ask(home: Home, text: str, limit: int, seconds: int = SECONDS) -> pd.DataFrame:
    """Return the first `limit` rows of the answer to one SELECT on the published tables.

    Raises SettingsError where the text is no such question, DmpError where the answer needs more than `seconds` or
    MEMORY_BYTES; both in one sentence.
    """
    import pyarrow as pa

    try:
        build = published_build(home)
    except DamagedFileError as error:
        raise damaged_build(home, error) from error
    if build is None:
        raise not_published(home)
    check_question(text, build["tables"], build["macros"])
    request = {"home": str(home.root), "text": text, "limit": limit, "milliseconds": seconds * 1000}
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "dmp.published_sql"],
            input=json.dumps(request).encode(),
            capture_output=True,
            check=False,
            timeout=seconds + START_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_long(seconds) from error
    if answer.returncode == 0:
        with pa.ipc.open_stream(answer.stdout) as stream:
            return stream.read_pandas(integer_object_nulls=True)
    message = answer.stdout.decode(errors="replace").strip()
    if answer.returncode == SettingsError.exit_code:
        raise SettingsError(message)
    raise _too_long(seconds) if "maximum execution time" in message else _too_large(message)


def _too_long(seconds: int) -> DmpError:
    return DmpError(f"the question took longer than {seconds} s and was stopped: ask for less")


def _too_large(message: str) -> DmpError:
    return DmpError(message or f"the answer needs more than {MEMORY_BYTES // 2**30} GB: ask for less")


def check_question(text: str, tables: Collection[str], macros: Collection[str] = ()) -> None:
    """Raise SettingsError unless `text` is one SELECT that reads nothing but `tables` and table `macros` over them.

    It is parsed, never run.
    """
    parser = duckdb.connect(config={"enable_external_access": False})
    try:
        (parsed,) = parser.execute("SELECT json_serialize_sql(?)", [text]).fetchone() or ("{}",)
        internal = parser.execute("SELECT DISTINCT view_name FROM duckdb_views() WHERE internal").fetchall()
    finally:
        parser.close()
    tree = json.loads(parsed)
    if tree["error"]:
        is_other = tree["error_type"] == "not implemented"
        raise SettingsError(
            "only a SELECT is open to questions" if is_other else _sentence(tree["error_message"])
        )
    if len(tree["statements"]) != 1:
        raise SettingsError(f"one SELECT is expected, not {len(tree['statements'])} statements")
    parts = list(_parts(tree))
    named_here = {entry["key"].lower() for part in parts for entry in part.get("cte_map", {}).get("map", [])}
    readable = {table.lower() for table in tables} | (named_here - {view for (view,) in internal})
    for part in parts:
        if problem := _problem(part, readable, TABLE_FUNCTIONS.union(macros)):
            raise SettingsError(problem)


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every node of a parsed statement."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending += node.values()
        elif isinstance(node, list):
            pending += node


def _problem(part: dict[str, Any], readable: Collection[str], functions: Collection[str]) -> str | None:
    if part.get("type") == "BASE_TABLE":
        place = (part["catalog_name"].lower(), part["schema_name"].lower())
        if part["table_name"].lower() not in readable or place not in PUBLISHED_PLACES:
            return f"there is no published table '{part['table_name']}': `dmp sql \"SHOW TABLES\"` lists them"
    if part.get("type") == "TABLE_FUNCTION" and part["function"]["function_name"] not in functions:
        return f"the table function {part['function']['function_name']} is not open to questions"
    if part.get("class") == "FUNCTION" and part["function_name"] in REFUSED_FUNCTIONS:
        return f"the function {part['function_name']} is not open to questions"
    if part.get("show_type") == "SHOW_SPECIAL" and part["table_name"] != '"tables"':
        return "of all SHOW statements, only SHOW TABLES and DESCRIBE are open to questions"
    return None


def _answer(request: dict[str, Any]) -> int:
    """Write the answer to the standard output, as an Arrow stream or a sentence; return the exit code."""
    import pyarrow as pa

    home = Home(Path(request["home"]))
    try:
        connection = open_published(home, milliseconds=request["milliseconds"])
        table = _first_rows(connection.execute(request["text"]).to_arrow_reader(), request["limit"])
    except (duckdb.InterruptException, duckdb.OutOfMemoryException, MemoryError, DmpError) as error:
        sys.stdout.write(_sentence(error))
        return DmpError.exit_code
    except duckdb.Error as error:
        sys.stdout.write(str(damaged_build(home, error)) if is_damage(error) else _sentence(error))
        return DmpError.exit_code if is_damage(error) else SettingsError.exit_code
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
        stream.write_table(table)
    sys.stdout.flush()
    return 0


def _first_rows(reader: pa.RecordBatchReader, limit: int) -> pa.Table:
    """Read no more of the answer than its first rows need."""
    import pyarrow as pa

    batches, missing = [], limit
    while missing > 0 and (batch := next(reader, None)) is not None:
        batches.append(batch.slice(0, missing))
        missing -= batch.num_rows
    return pa.Table.from_batches(batches, reader.schema)


def _sentence(error: BaseException | str) -> str:
    return " ".join(str(error).split("\n\n")[0].split())


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sys.exit(_answer(json.load(sys.stdin)))
