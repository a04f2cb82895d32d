import json
import shutil
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE, COLD, NO_CONSENT, PEOPLE, context_with_vectors, shop, user_key

from dmp.list_order import ListOrder
from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.ranker_store import load_ranker
from dmp.recommendations.recipe import CHANNELS
from dmp.recommendations.recommend import recommend_all
from dmp.settings import DmpError, Home, Settings
from dmp.vectors.weekly import vectors_as_of

SETTINGS = Settings(list_length=8, explained_people=20, threads=1)
Tables = dict[str, pd.DataFrame]


def recommended(connection: duckdb.DuckDBPyConnection, root: Path) -> Tables:
    return recommend_all(
        connection, Home(root), SETTINGS, AS_OF_DATE, vectors_as_of=lambda cut: vectors_as_of(connection, cut)
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def tables(connection: duckdb.DuckDBPyConnection, root: Path) -> Tables:
    return recommended(connection, root)


def test_every_recalled_candidate_is_listed_or_has_one_fate(tables: Tables, context: Context) -> None:
    recalled = recall_candidates(context, context.people[["user_key"]], CHANNELS)
    expected = sorted(
        zip(recalled["user_key"], context.items["item_id"].iloc[recalled["item_key"]], strict=True)
    )
    outcomes = pd.concat([tables["recommendations"], tables["recommendation_fates"]])
    assert sorted(zip(outcomes["user_key"], outcomes["item_id"], strict=True)) == expected
    assert set(tables["recommendation_fates"]["stage"]) == {"filter", "rank"}


def test_everyone_with_a_profile_has_a_list_in_order_of_score(tables: Tables) -> None:
    lists = tables["recommendations"]
    assert lists["user_key"].nunique() == PEOPLE
    for _, rows in lists.groupby("user_key"):
        assert rows["recommendation_rank"].tolist() == list(range(1, len(rows) + 1))
        assert len(rows) <= SETTINGS.list_length
        assert rows["score"].is_monotonic_decreasing
        assert rows["score"].between(0, 1).all()


def test_rules_hold_in_the_served_lists(tables: Tables, context: Context) -> None:
    lists = tables["recommendations"].merge(context.people[["user_key", "age", "region"]], on="user_key")
    assert "item01" not in set(lists["item_id"])
    assert (lists.loc[lists["item_id"] == "item02", "age"] >= 18).all()
    assert (lists.loc[lists["item_id"] == "item03", "region"] == "South").all()


def test_people_without_consent_get_what_is_popular_in_its_order(tables: Tables) -> None:
    own = tables["recommendations"].query(f"user_key == {user_key(NO_CONSENT)}")
    assert len(own)
    assert all(channels == ["popular_lately"] for channels in own["channels"])
    assert own["reason"].str.startswith("Buyers in the last 30 days").all()
    ranks = [json.loads(parts)["channel_ranks"]["popular_lately"] for parts in own["parts"]]
    assert ranks == sorted(ranks)


def test_people_without_facts_get_what_is_popular_or_new(tables: Tables) -> None:
    own = tables["recommendations"].query(f"user_key == {user_key(COLD)}")
    assert len(own)
    assert {name for channels in own["channels"] for name in channels} <= {
        "popular_lately",
        "new_items",
        "popular_in_region",
    }


def test_learnt_lists_beat_popularity_and_the_counts_are_stated(tables: Tables) -> None:
    metrics = tables["recommendation_metrics"]
    assert metrics["population_count"].gt(0).all()
    ndcg = metrics.query("metric == 'ndcg_at_10' and population == 'buyers'").set_index("list_name")["value"]
    assert ndcg["recommended"] > ndcg["popular_lately"]
    assert ndcg["recommended"] > 0.9 * ndcg.max()
    assert set(ndcg.index) == {"recommended", "blended"} | {channel.name for channel in CHANNELS}
    assert (pd.to_datetime(metrics["evaluation_cut"]) < pd.Timestamp(AS_OF_DATE)).all()


def test_parts_of_the_first_items_name_features(tables: Tables) -> None:
    first = tables["recommendations"].query("recommendation_rank == 1").iloc[:15]
    parts = [json.loads(text) for text in first["parts"]]
    assert any(part.get("contributions") for part in parts)
    assert all(part["channel_ranks"] for part in parts)


def test_the_model_row_says_what_was_learnt_from_what(tables: Tables, root: Path) -> None:
    model = tables["recommendation_models"].iloc[0]
    assert model["status"] == "learnt"
    folder = root / "models" / "ranker" / model["model_version"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["features_hash"] == model["features_hash"]
    assert set(manifest["sha256"]) == {"model.txt", "calibration.json"}
    assert model["calibration_purchase_count"] >= 30


def test_people_who_consented_have_a_chance_with_its_parts_and_others_none(tables: Tables) -> None:
    lists = tables["recommendations"]
    silent = lists["user_key"].isin([user_key(number) for number in range(NO_CONSENT, PEOPLE, 20)])
    cold = lists["user_key"] == user_key(COLD)
    assert lists.loc[silent | cold, ["probability", "value"]].isna().all(axis=None)
    told = lists[~silent & ~lists["user_key"].isin([user_key(COLD), user_key(COLD + 1)])]
    assert told["probability"].between(0, 1).all()
    parts = told["probability"] * told["margin"] * told["attraction"]
    assert np.allclose(told["value"], parts)
    assert tables["recommendation_models"]["margin_basis"].tolist() == ["price"]
    for _, own in told.groupby("user_key"):
        assert own["probability"].is_monotonic_decreasing


def test_probabilities_are_judged_on_the_later_window(tables: Tables) -> None:
    metrics = tables["recommendation_metrics"].query("population == 'known_people'")
    figures = metrics.set_index(["list_name", "metric"])["value"]
    for name in ("candidates", "recommended"):
        expected, observed = figures[name, "expected_rate"], figures[name, "observed_rate"]
        assert 0.6 < expected / observed < 1.6
        assert figures[name, "calibration_error"] < 0.5 * observed
    bins = tables["recommendation_calibration"].query("list_name == 'candidates'")
    assert bins["observed_rate"].iloc[-1] > 3 * bins["observed_rate"].iloc[0]


def test_limits_of_the_home_hold_in_its_lists_and_are_fates(
    connection: duckdb.DuckDBPyConnection, tables: Tables, root: Path
) -> None:
    strict = SETTINGS.model_copy(update={"list_order": ListOrder(most_per_brand=2)})
    vectors = partial(vectors_as_of, connection)
    again = recommend_all(connection, Home(root), strict, AS_OF_DATE, vectors_as_of=vectors)
    lists = again["recommendations"]
    brands = lists["item_id"].str[-2:].astype(int) % 3
    assert lists.groupby(["user_key", brands]).size().max() == 2
    fates = again["recommendation_fates"]
    assert set(fates.loc[fates["stage"] == "rerank", "rule"]) == {"most_per_brand"}
    assert len(lists) + len(fates) == len(tables["recommendations"]) + len(tables["recommendation_fates"])


def test_a_second_run_uses_the_ranker_that_is_there_and_gives_the_same_tables(
    tables: Tables, connection: duckdb.DuckDBPyConnection, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dmp.recommendations.model.fit_ranker", None)
    again = recommended(connection, root)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(again[name], table)


def test_the_order_of_rows_changes_neither_ranker_nor_lists(
    tables: Tables, activity: pd.DataFrame, root: Path, tmp_path: Path
) -> None:
    shuffled = recommended(shop(activity.sample(frac=1, random_state=2)), tmp_path)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(shuffled[name], table)
    texts = [next((home / "models" / "ranker").glob("*/model.txt")).read_bytes() for home in (root, tmp_path)]
    assert texts[0] == texts[1]


def test_a_ranker_whose_bytes_changed_is_not_loaded(tables: Tables, root: Path, tmp_path: Path) -> None:
    folder = next((root / "models" / "ranker").iterdir())
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    assert load_ranker(copy) is not None
    text = (copy / "model.txt").read_bytes()
    (copy / "model.txt").write_bytes(text.replace(b"leaf_value", b"leaf_valve", 1))
    with pytest.raises(DmpError, match="differs from its manifest"):
        load_ranker(copy)
    (copy / "model.txt").write_bytes(text)
    (copy / "calibration.json").write_text("{}")
    with pytest.raises(DmpError, match=r"calibration\.json differs from its manifest"):
        load_ranker(copy)
    (copy / "manifest.json").unlink()
    assert load_ranker(copy) is None


def test_too_little_data_blends_the_channels_and_says_so(activity: pd.DataFrame, tmp_path: Path) -> None:
    few = activity[activity["user_key"] < user_key(8)]
    tables = recommended(shop(few), tmp_path)
    model = tables["recommendation_models"].iloc[0]
    assert model["status"] == "blended"
    assert "are needed" in model["reason"]
    assert tables["recommendations"]["user_key"].nunique() == PEOPLE


def test_a_shop_without_facts_has_empty_tables_with_their_columns(
    activity: pd.DataFrame, tables: Tables, tmp_path: Path
) -> None:
    nothing = recommended(shop(activity.iloc[:0]), tmp_path)
    for name in ("recommendations", "recommendation_fates", "recommendation_metrics"):
        assert nothing[name].empty
        assert nothing[name].dtypes.to_dict() == tables[name].dtypes.to_dict(), name


def test_reasons_state_the_persons_own_facts(tables: Tables, connection: duckdb.DuckDBPyConnection) -> None:
    context = context_with_vectors(connection, AS_OF_DATE)
    own = tables["recommendations"]
    own = own[own["reason"].str.startswith("Bought on")].iloc[0]
    pairs = context.pairs[context.pairs["user_key"] == own["user_key"]].set_index("item_key")
    facts = pairs.loc[int(np.flatnonzero(context.items["item_id"] == own["item_id"])[0])]
    assert own["reason"].startswith(f"Bought on {facts['purchase_day_count']:.0f} days, last ")
