"""Opening the published build and reading its rows; how it is made, and what strangers may ask of it, are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from dmp.builds import BUILD_FILE, code_version
from dmp.checked_json import DamagedFileError, read_checked
from dmp.publish import quoted
from dmp.settings import DmpError, Home

ACCOUNT = """
SELECT
    count(*) AS file_count,
    count(*) FILTER (is_refused) AS refused_file_count,
    coalesce(sum(physical_line_count) FILTER (NOT is_refused), 0)::BIGINT AS line_count,
    coalesce(sum(header_line_count + continuation_line_count) FILTER (NOT is_refused), 0)::BIGINT
        AS header_and_continuation_count,
    coalesce(sum(blank_line_count) FILTER (NOT is_refused), 0)::BIGINT AS blank_count,
    coalesce(sum(record_count) FILTER (NOT is_refused), 0)::BIGINT AS record_count,
    coalesce(sum(accepted_count), 0)::BIGINT AS accepted_count,
    coalesce(sum(duplicate_count), 0)::BIGINT AS duplicate_count,
    coalesce(sum(conflict_count), 0)::BIGINT AS conflict_count,
    coalesce(sum(rejected_count), 0)::BIGINT AS rejected_count,
    coalesce(sum(suppressed_count), 0)::BIGINT AS suppressed_count
FROM landed_files
"""


# What DuckDB raises for a file that is gone or is not what was written; a block whose checksum is wrong is an error
# without a class of its own.
DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)


# What it comes to where a build lacks a table, a column or a row that the reader knows.
MISSED = (duckdb.CatalogException, duckdb.BinderException, LookupError, TypeError, ValueError)


def is_damage(error: Exception) -> bool:
    """Whether an error of DuckDB says that a file is damaged or gone."""
    return isinstance(error, DAMAGE) or type(error) is duckdb.Error


@dataclass(frozen=True)
class Published:
    """One build, as long as it is open: what it says of itself, and its rows."""

    build: dict[str, Any]
    connection: duckdb.DuckDBPyConnection

    @property
    def stamp(self) -> dict[str, str]:
        """Which build it is, for readers: as_of_date, build_id."""
        return {name: self.build[name] for name in ("as_of_date", "build_id")}

    def rows(self, table: str, query: str, *parameters: object) -> list[dict[str, Any]]:
        """Return the query's rows by column; none where the build was made without `table`."""
        if table not in self.build["tables"]:
            return []
        answer = self.connection.execute(query, parameters)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def account(self) -> dict[str, int]:
        """Return the number of landed files and of records by what became of them."""
        (account,) = self.rows("landed_files", ACCOUNT)
        return account


def not_published(home: Home) -> DmpError:
    """Return what a reader is told where there is no build."""
    return DmpError(f"nothing is published in {home.root} yet: run `dmp run --home {home.root}` first")


def damaged_build(home: Home, error: BaseException) -> DmpError:
    """Return what a reader is told whose build cannot be read."""
    said = str(error).splitlines()[0]
    return DmpError(
        f"the published build is damaged: `dmp run --home {home.root}` publishes it anew ({said})"
    )


def foreign_build(home: Home) -> DmpError:
    """Return what a reader is told whose build lacks what this version of the platform reads."""
    return DmpError(
        "the published build was made by another version of the platform, and what you ask for is not in it: "
        f"`dmp run --home {home.root}` makes it anew"
    )


def open_published(home: Home, *, milliseconds: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open the current build for an untrusted reader: read-only, no files, no network, configuration locked.

    milliseconds: limit on one statement; none is 0 or None. Each call is a database of its own, so that one
    process may hold several. Raises DmpError where nothing was published yet, or its file is damaged.
    """
    _, connection = _open_current(home, milliseconds)
    return connection


@contextmanager
def published(home: Home, *, milliseconds: int | None = None) -> Iterator[Published]:
    """Open the home's current build: what it says of itself and its rows are of one build, whatever is published
    meanwhile. milliseconds: limit on one statement, none is None.

    Raises DmpError where nothing was published yet, the build is damaged or of another version of the platform that
    knew other tables, or a statement took too long.
    """
    build, connection = _open_current(home, milliseconds)
    try:
        yield Published(build, connection)
    except MISSED as error:
        if build["code_version"] == code_version():
            raise
        raise foreign_build(home) from error
    except duckdb.Error as error:
        if is_damage(error):
            raise damaged_build(home, error) from error
        if isinstance(error, duckdb.InterruptException):
            raise DmpError("the question took too long and was stopped: ask for less") from error
        raise
    finally:
        connection.close()


@contextmanager
def published_on(home: Home, day: date | None) -> Iterator[Published]:
    """Open the kept build as of `day`: the current one, where that is its day or none is asked for.

    Of several builds of a day the one made last is opened. Raises DmpError where none is kept, with the days of those
    that are.
    """
    with published(home) as current:
        if day is None or current.build["as_of_date"] == str(day):
            yield current
            return
    kept = kept_builds(home)
    found = [folder for folder, build in kept if build["as_of_date"] == str(day)]
    if not found:
        days = ", ".join(sorted({build["as_of_date"] for _, build in kept}, reverse=True))
        raise DmpError(f"no build as of {day} is kept in {home.root}: there are builds as of {days}")
    build = read_checked(found[0] / BUILD_FILE)
    if build is None:
        raise DmpError(f"the build as of {day} in {home.root} was forgotten just now: ask again")
    connection = _open(home, found[0], None)
    try:
        yield Published(build, connection)
    finally:
        connection.close()


def kept_builds(home: Home) -> list[tuple[Path, dict[str, Any]]]:
    """Return the folders of all readable builds, the one made last first, and what they say of themselves."""
    found = []
    for folder in home.builds.iterdir():
        try:
            if not folder.name.startswith(".") and (build := read_checked(folder / BUILD_FILE)):
                found.append((folder, build))
        except (DamagedFileError, FileNotFoundError):
            continue
    return sorted(
        found, key=lambda one: ((one[0] / BUILD_FILE).stat().st_mtime_ns, one[0].name), reverse=True
    )


def _open_current(
    home: Home, milliseconds: int | None = None
) -> tuple[dict[str, Any], duckdb.DuckDBPyConnection]:
    folder = home.published.resolve()
    if not folder.is_dir():
        raise not_published(home)
    try:
        if build := read_checked(folder / BUILD_FILE):
            return build, _open(home, folder, milliseconds)
        raise DamagedFileError(f"{folder / BUILD_FILE} is gone")
    except (duckdb.Error, DamagedFileError) as error:
        # An old build may be forgotten between the look at the link and the opening of its files.
        if home.published.resolve() != folder:
            return _open_current(home, milliseconds)
        raise damaged_build(home, error) from error


def _open(home: Home, folder: Path, milliseconds: int | None) -> duckdb.DuckDBPyConnection:
    settings = home.settings()
    connection = duckdb.connect(
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
            "threads": settings.threads,
            "memory_limit": settings.memory_limit,
            "temp_directory": "",
        }
    )
    connection.execute(f"ATTACH '{quoted(folder / 'dmp.duckdb')}' AS published (READ_ONLY)")
    connection.execute("USE published")
    connection.execute("DETACH memory")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET max_execution_time = {int(milliseconds or 0)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
