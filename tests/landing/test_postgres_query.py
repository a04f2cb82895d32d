"""Rows of a real PostgreSQL server on 127.0.0.1 land as JSON lines that a contract reads."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from small_shop import Shop
from typer.testing import CliRunner

from dmp.cli import app
from dmp.landing.postgres_query import land_query
from dmp.settings import DmpError, SettingsError

DAY = date(2024, 3, 1)
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
TABLE = """
CREATE SEQUENCE numbers;
CREATE TABLE visits (id INT, kind TEXT, at TIMESTAMPTZ, login TEXT);
INSERT INTO visits VALUES
    (1, 'view', '2024-03-01 11:00:00+01', 'ann'),
    (2, 'search', '2024-03-01 12:00:00+01', E'b"o\\nb'),
    (3, 'view', '2024-03-02 12:00:00+01', 'carl');
"""
QUERY = """
SELECT 'e' || id AS event_id, kind AS event_type, at AS occurred_at, login AS user_id
FROM visits WHERE (at AT TIME ZONE 'UTC')::date = :'day'::date ORDER BY id
"""


def program(name: str) -> str:
    found = next((str(folder / name) for folder in PROGRAMS if (folder / name).exists()), shutil.which(name))
    if not found or not shutil.which("psql"):
        pytest.skip("PostgreSQL is absent (Debian package postgresql)")
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    """A server of its own with one table; what libpq needs to find it. It refuses to run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="dmp-postgres"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])

    def run(*words: str, text: str = "") -> None:
        subprocess.run(
            words, user=user, check=True, input=text, text=True, stdout=subprocess.DEVNULL, cwd=folder
        )

    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    data, log = str(folder / "data"), str(folder / "log")
    run(program("initdb"), "-D", data, "-A", "trust", "-U", "dmp", "--no-sync", "-E", "UTF8")
    run(program("pg_ctl"), "-D", data, "-o", options, "-w", "-l", log, "start")
    try:
        run("psql", "-h", "127.0.0.1", "-p", port, "-U", "dmp", "-d", "postgres", text=TABLE)
        yield {"PGHOST": "127.0.0.1", "PGPORT": port, "PGUSER": "dmp", "PGDATABASE": "postgres"}
    finally:
        run(program("pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def connected(server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.items():
        monkeypatch.setenv(name, value)


def test_rows_of_the_day_land_and_are_loaded(shop: Shop) -> None:
    path, row_count = land_query(shop.landing, "shop", "events", QUERY, DAY)
    assert (path.name, row_count) == ("events.postgres.jsonl.zst", 2)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as lines:
        assert lines.read().splitlines()[0] == (
            b'{"event_id":"e1","event_type":"view","occurred_at":"2024-03-01T10:00:00+00:00","user_id":"ann"}'
        )
    [account] = shop.load()
    assert (account.record_count, account.accepted_count) == (2, 2)


def test_the_same_rows_leave_the_file_as_it_was(shop: Shop) -> None:
    path, _ = land_query(shop.landing, "shop", "events", QUERY, DAY)
    before = path.stat()
    land_query(shop.landing, "shop", "events", QUERY, DAY)
    assert path.stat().st_ino == before.st_ino
    path, row_count = land_query(
        shop.landing, "shop", "events", QUERY.replace("WHERE", "WHERE id = 1 AND"), DAY
    )
    assert (row_count, path.stat().st_ino != before.st_ino) == (1, True)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM nowhere", "DELETE FROM visits RETURNING *", "SELECT 1 / 0 AS n"]
)
def test_where_the_server_does_not_answer_nothing_lands(shop: Shop, query: str) -> None:
    with pytest.raises(DmpError, match="PostgreSQL did not answer"):
        land_query(shop.landing, "shop", "events", query, DAY)
    assert [path for path in shop.landing.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("query", ["", "SELECT 1; SELECT 2", "SELECT 1 \\! touch /outside"])
def test_a_query_that_could_be_more_than_one_question_is_not_asked(shop: Shop, query: str) -> None:
    with pytest.raises(SettingsError, match="one SELECT"):
        land_query(shop.landing, "shop", "events", query, DAY)


def test_a_function_that_writes_cannot(shop: Shop) -> None:
    with pytest.raises(DmpError, match="read-only transaction"):
        land_query(shop.landing, "shop", "events", "SELECT nextval('numbers') AS n", DAY)


def test_a_server_that_is_not_there_is_one_sentence(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    (tmp_path / "events.sql").write_text(QUERY)
    arguments = ["land", "postgres", "shop", "events", "--query", str(tmp_path / "events.sql")]
    shown = CliRunner().invoke(app, [*arguments, "--day", "2024-03-01", "--home", str(tmp_path / "home")])
    assert (shown.exit_code, "PostgreSQL did not answer" in shown.stderr) == (1, True)
    shown = CliRunner().invoke(
        app, ["land", "postgres", "shop", "nothing", *arguments[4:], "--day", "2024-03-01"]
    )
    assert (shown.exit_code, "no contract names shop.nothing" in shown.stderr) == (2, True)
