from datetime import date

import numpy as np
import pandas as pd
import pytest

from dmp.segments.clusters import SEGMENTS, USER_SEGMENTS, cluster_tables

AS_OF_DATE = date(2024, 3, 6)


@pytest.fixture
def metrics() -> pd.DataFrame:
    """Three kinds of people: big spenders, small spenders of long ago, and lookers."""
    random = np.random.default_rng(0)
    kind = np.arange(150) % 3
    noise = random.random(150)
    return pd.DataFrame(
        {
            "as_of_date": AS_OF_DATE,
            "user_key": np.arange(150) - 70,
            "purchase_amount_life": np.select([kind == 0, kind == 1], [5000 + 100 * noise, 20 + noise], 0.0),
            "order_count_life": np.select([kind == 0, kind == 1], [40, 1], 0),
            "purchase_recency_days": np.select([kind == 0, kind == 1], [3 + noise, 300 + noise], np.nan),
            "recency_days": np.select([kind == 0, kind == 1], [1, 300], 2),
            "view_count_90d": np.select([kind == 0, kind == 1], [30, 0], 60 + noise),
        }
    )


def test_everyone_is_in_one_segment_and_the_counts_agree(metrics: pd.DataFrame) -> None:
    tables = cluster_tables(metrics, metrics)
    people = tables["user_segments"]
    assert sorted(people["user_key"]) == sorted(metrics["user_key"])
    counted = people.groupby("segment_id").size()
    assert tables["segments"].set_index("segment_id")["person_count"].to_dict() == counted.to_dict()


def test_segments_are_numbered_by_spend_and_part_the_kinds(metrics: pd.DataFrame) -> None:
    people = cluster_tables(metrics, metrics)["user_segments"].merge(metrics, on="user_key")
    means = people.groupby("segment_id")["purchase_amount_life"].mean()
    assert means.is_monotonic_increasing
    kinds = people.assign(kind=(people["user_key"] + 70) % 3).groupby("segment_id")["kind"].nunique()
    assert (kinds == 1).all()


def test_names_are_words_each_its_own(metrics: pd.DataFrame) -> None:
    segments = cluster_tables(metrics, metrics)["segments"]
    assert segments["segment_name"].is_unique
    assert (
        "high spend" in segments["segment_name"].iloc[-1]
        or "many orders" in segments["segment_name"].iloc[-1]
    )


def test_the_order_of_rows_changes_nothing(metrics: pd.DataFrame) -> None:
    shuffled = [table.sample(frac=1, random_state=4) for table in (metrics, metrics)]
    for name, table in cluster_tables(metrics, metrics).items():
        pd.testing.assert_frame_equal(cluster_tables(*shuffled)[name], table)


def test_served_people_do_not_move_the_centres(metrics: pd.DataFrame) -> None:
    whole = cluster_tables(metrics, metrics)["user_segments"]
    one = cluster_tables(metrics, metrics.iloc[[5]])["user_segments"]
    expected = whole[whole["user_key"] == one["user_key"].iloc[0]]
    assert one["segment_id"].tolist() == expected["segment_id"].tolist()


def test_too_few_people_give_empty_tables_with_their_columns(metrics: pd.DataFrame) -> None:
    tables = cluster_tables(metrics.iloc[:20], metrics)
    assert {name: list(table.columns) for name, table in tables.items()} == {
        "segments": list(SEGMENTS),
        "user_segments": list(USER_SEGMENTS),
    }
    assert all(table.empty for table in tables.values())
    full = cluster_tables(metrics, metrics)
    assert all((tables[name].dtypes == full[name].dtypes).all() for name in tables)


def test_people_who_are_all_alike_are_one_segment(metrics: pd.DataFrame) -> None:
    same = pd.concat([metrics.iloc[[0]]] * 150, ignore_index=True).assign(user_key=metrics["user_key"])
    assert len(cluster_tables(same, same)["segments"]) == 1
