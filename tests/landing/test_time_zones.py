"""What a time means: with an offset, in zones with and without clock changes, on leap days and at the end of a year."""

from __future__ import annotations

import duckdb
import pytest

from dmp.landing.contract import Contract, FieldContract
from dmp.landing.fields import timestamp_sql

READ = {
    "offset": ("UTC", "2024-01-01T09:00:00+08:00", "2024-01-01 01:00:00"),
    "offset before zone": ("Asia/Shanghai", "2024-01-01T09:00:00Z", "2024-01-01 09:00:00"),
    "no clock changes": ("Asia/Shanghai", "2024-07-01 09:00:00", "2024-07-01 01:00:00"),
    "winter": ("Europe/London", "2024-01-15 09:00:00", "2024-01-15 09:00:00"),
    "summer": ("Europe/London", "2024-07-15 09:00:00", "2024-07-15 08:00:00"),
    "skipped, moved on": ("Europe/London", "2024-03-31 01:30:00", "2024-03-31 01:30:00"),
    "twice, the later": ("Europe/London", "2024-10-27 01:30:00", "2024-10-27 01:30:00"),
    # Brazil changed its clocks at midnight until 2019, and never since.
    "skipped midnight": ("America/Sao_Paulo", "2018-11-04 00:30:00", "2018-11-04 03:30:00"),
    "Brazil's last summer": ("America/Sao_Paulo", "2019-01-15 12:00:00", "2019-01-15 14:00:00"),
    "Brazil since then": ("America/Sao_Paulo", "2020-01-15 12:00:00", "2020-01-15 15:00:00"),
    "leap day": ("Europe/London", "2024-02-29 23:59:59", "2024-02-29 23:59:59"),
    "end of the year": ("Asia/Shanghai", "2024-01-01 07:59:59", "2023-12-31 23:59:59"),
    "no such day": ("Europe/London", "2023-02-29 10:00:00", None),
}


def read(time_zone: str | None, text: str) -> str | None:
    contract = Contract(source="log", description="A log.", time_zone=time_zone, entities={})
    sql = timestamp_sql("$text", FieldContract(type="timestamp"), contract)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        row = connection.execute(f"SELECT strftime({sql}, '%Y-%m-%d %H:%M:%S')", {"text": text}).fetchone()
    return row[0] if row else None


@pytest.mark.parametrize(("time_zone", "text", "expected"), READ.values(), ids=READ.keys())
def test_a_local_time_is_one_of_the_sources_zone(time_zone: str, text: str, expected: str | None) -> None:
    assert read(time_zone, text) == expected


def test_a_local_time_without_any_zone_is_no_time() -> None:
    assert read(None, "2024-01-01 09:00:00") is None
