"""Two public tables of subjects, from their files to scores, in a home that holds no event at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dmp.defs.running import RunOutcome
from dmp.landing.importing import import_source
from dmp.published import published
from dmp.settings import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, run: Callable[..., RunOutcome]) -> Home:
    home = Home.at(tmp_path_factory.mktemp("subjects"))
    for source in ("telco_churn", "online_shoppers"):
        import_source(source, Path(__file__).parent, home.landing)
    outcome = run(home)
    assert outcome.is_success, outcome
    return home


def test_every_record_is_accepted_and_a_blank_total_is_missing(home: Home) -> None:
    with published(home) as build:
        accounts = build.rows("landed_files", "SELECT source, record_count, accepted_count FROM landed_files")
    assert {(row["source"], row["record_count"] - row["accepted_count"]) for row in accounts} == {
        ("online_shoppers", 0),
        ("telco_churn", 0),
    }


def test_every_subject_has_a_published_score(home: Home) -> None:
    with published(home) as build:
        rows = build.rows(
            "subject_predictions",
            """
            SELECT source, model, count(*) AS row_count, count(DISTINCT subject_id) AS subject_count,
                count(user_id) AS person_count, count(score) AS score_count
            FROM subject_predictions GROUP BY ALL ORDER BY ALL
            """,
        )
    assert [(row["source"], row["model"]) for row in rows] == [
        ("online_shoppers", "blend"),
        ("telco_churn", "blend"),
    ]
    shoppers, telephone = rows
    assert shoppers["row_count"] == shoppers["subject_count"] == shoppers["score_count"] == 199
    assert shoppers["person_count"] == 0
    assert telephone["row_count"] == telephone["subject_count"] == telephone["person_count"] == 197


def test_names_of_customers_are_not_published(home: Home) -> None:
    content = b"".join(path.read_bytes() for path in home.published.resolve().rglob("*") if path.is_file())
    assert b"7590-VHVEG" not in content
