"""From raw tables to rows that can be learned from."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from dmp.predictions.subjects.rows import feature_names, read_rows
from dmp.predictions.subjects.targets import Derived, SubjectTarget

TARGET = SubjectTarget(
    name="members",
    table="club__members",
    label="has_left",
    value="Yes",
    subject="login_key",
    left_out=("left_because",),
    derived={"fee_per_month": Derived("fee", "over", "months")},
)
MEMBERS = """
CREATE SCHEMA raw; CREATE SCHEMA profiles;
CREATE TABLE raw.club__members AS
SELECT *, 'club/2026-01-01/members.csv' AS source_file, DATE '2026-01-01' AS landed_date FROM (VALUES
    (11::BIGINT, 'Yes', 'price', true, 12.5000::DECIMAL(18, 4), 5::BIGINT, 'gold', NULL::VARCHAR, 2::BIGINT),
    (12, 'No', NULL, false, 'infinity'::DOUBLE, 0, NULL, NULL, 3),
    (13, NULL, NULL, NULL, 7, 2, 'silver', NULL, 4),
    (14, 'No', NULL, true, 7, 2, 'silver', NULL, 5)
) AS v (login_key, has_left, left_because, is_new, fee, months, card, note, source_line);
CREATE TABLE profiles.identity_map AS
SELECT login_key AS identifier_key, login_key + 100 AS user_key FROM raw.club__members;
CREATE TABLE profiles.user_consents AS
SELECT user_key, user_key <> 114 AS is_consented_analytics FROM profiles.identity_map;
"""


@pytest.fixture
def connection(tmp_path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(tmp_path / "warehouse.duckdb"))
    connection.execute(MEMBERS)
    return connection


def test_rows_have_the_label_and_features_without_what_tells_it(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = read_rows(connection, TARGET)
    assert feature_names(rows) == ("card", "fee", "fee_per_month", "is_new", "months")
    np.testing.assert_array_equal(rows["label"], [1.0, 0.0, np.nan])
    np.testing.assert_array_equal(rows["fee"], [12.5, np.nan, 7.0])
    np.testing.assert_array_equal(rows["fee_per_month"], [2.5, np.nan, 3.5])


def test_people_are_named_by_their_published_id_and_left_out_without_consent(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = read_rows(connection, TARGET)
    assert list(rows["user_key"]) == [111, 112, 113]
    assert list(rows["subject_id"]) == ["000000000000006f", "0000000000000070", "0000000000000071"]


def test_a_row_that_is_nobodys_is_named_by_its_file_and_line(connection: duckdb.DuckDBPyConnection) -> None:
    rows = read_rows(connection, SubjectTarget("members", "club__members", "has_left", "Yes"))
    assert list(rows["subject_id"])[:2] == ["club/2026-01-01/members.csv:2", "club/2026-01-01/members.csv:3"]
    assert rows["user_key"].isna().all()


def test_a_source_that_never_landed_has_no_rows(connection: duckdb.DuckDBPyConnection) -> None:
    assert read_rows(connection, SubjectTarget("others", "other__rows", "label", "Yes")).empty
