"""Dirt on request: what the ledger says was written is what lies in the files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from dmp.world.dirt import Dirt
from dmp.world.shop import write_world


def at_lines(dirty, dirt: pd.DataFrame) -> list[bytes]:
    """Return the lines that rows of the ledger point at."""
    files = {path: dirty.lines(dirty.landing / path) for path in dirt["file"].unique()}
    return [files[file][line - 1] for file, line in zip(dirt["file"], dirt["line"].astype(int), strict=True)]


def is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def test_all_kinds_of_dirt_are_written_and_told(dirty) -> None:
    kinds = set(dirty.truth("dirt")["kind"])
    assert kinds >= {
        "late", "duplicate_same_day", "duplicate_later_day", "cut_json", "binary_garbage",
        "wrong_field_count", "year_1970", "future", "negative_price", "out_of_order", "bot",
        "missing_null", "missing_refused", "missing_not_captured", "missing_true_zero",
    }  # fmt: skip


def test_a_clean_world_has_no_dirt_but_true_zeros(clean) -> None:
    assert set(clean.truth("dirt")["kind"]) == {"missing_true_zero"}


def test_broken_json_lines_are_exactly_those_of_the_ledger(dirty) -> None:
    dirt = dirty.truth("dirt").query("kind in ['cut_json', 'binary_garbage']")
    assert not any(is_json(line) for line in at_lines(dirty, dirt))
    found = sum(
        not is_json(line)
        for entity in ("events", "orders", "reviews", "refunds", "consents")
        for path in dirty.files(entity)
        for line in dirty.lines(path)
    )
    assert found == len(dirt)


def test_wrong_field_counts_are_exactly_those_of_the_ledger(dirty) -> None:
    dirt = dirty.truth("dirt").query("kind == 'wrong_field_count'")
    found = 0
    for entity in ("items", "customers", "coupons"):
        for path in dirty.files(entity):
            header, *lines = dirty.lines(path)
            found += sum(line.count(b",") != header.count(b",") for line in lines)
    assert found == len(dirt) > 0


def test_impossible_values_stand_on_the_lines_of_the_ledger(dirty) -> None:
    dirt = dirty.truth("dirt")
    for kind, mark in (
        ("year_1970", b'"occurred_at":"1970-'),
        ("future", b'"occurred_at":"2099-'),
        ("negative_price", b'"price_amount":-'),
    ):
        told = dirt[dirt["kind"] == kind]
        assert all(mark in line for line in at_lines(dirty, told))
        entity = told["entity"].iloc[0]
        found = sum(
            mark in line for path in dirty.files(entity) for line in dirty.lines(path) if is_json(line)
        )
        assert found == len(told)


def test_duplicates_and_late_rows_are_accounted_for(dirty) -> None:
    dirt = dirty.truth("dirt").query("entity == 'events'")
    counts = dirt.groupby("kind")["row_count"].sum()
    records = pd.DataFrame(
        [
            {**json.loads(line), "landed_date": path.parent.name}
            for path in dirty.files("events")
            for line in dirty.lines(path)
            if is_json(line)
        ]
    )
    records = records[~records["event_id"].str.startswith("x")]
    repeated = records["event_id"].duplicated()
    assert repeated.sum() == counts["duplicate_same_day"] + counts["duplicate_later_day"]
    same = records.drop(columns="landed_date").loc[records["event_id"].duplicated(keep=False)]
    assert same.groupby("event_id").nunique(dropna=False).max().max() == 1
    first = records.sort_values("landed_date").drop_duplicates("event_id")
    assert (first["landed_date"] > first["occurred_at"].str[:10]).sum() == counts["late"]


def test_a_world_lives_the_same_with_and_without_dirt(dirty, tmp_path: Path) -> None:
    write_world(tmp_path / "landing", tmp_path / "truth", people=300, days=60, seed=3)
    people = pd.read_parquet(tmp_path / "truth" / "people.parquet")
    same = dirty.truth("people").query("not is_bot")
    pd.testing.assert_frame_equal(people, same.reset_index(drop=True), check_dtype=False)


def test_missing_values_are_counted_by_kind(dirty) -> None:
    told = dirty.truth("dirt").query("entity == 'customers'").groupby("kind")["row_count"].sum()
    found = {"missing_null": 0, "missing_refused": 0, "missing_not_captured": 0}
    broken = dirty.truth("dirt").query("kind == 'wrong_field_count' and entity == 'customers'")
    skip = set(zip(broken["file"], broken["line"], strict=True))
    for path in dirty.files("customers"):
        names = dirty.lines(path)[0].decode().split(",")
        answers = slice(names.index("gender"), names.index("children_count") + 1)
        for number, line in enumerate(dirty.lines(path)[1:], start=2):
            if (str(path.relative_to(dirty.landing)), number) in skip:
                continue
            for value in line.decode().split(",")[answers]:
                kind = {"": "null", "refused": "refused", "not_captured": "not_captured"}.get(value)
                if kind:
                    found[f"missing_{kind}"] += 1
    assert found == {kind: told[kind] for kind in found}


def test_bots_fetch_hundreds_of_pages_an_hour_and_are_told_apart(dirty) -> None:
    people = dirty.truth("people")
    bots = set(people.loc[people["is_bot"], "person_id"])
    assert bots
    assert people.loc[people["is_bot"], "user_id"].isna().all()
    events = [
        json.loads(line)
        for path in dirty.files("events")
        for line in dirty.lines(path)
        if b"Crawlbot" in line and is_json(line) and b'"event_id":"e' in line
    ]
    assert len(events) == dirty.truth("dirt").query("kind == 'bot'")["row_count"].sum()
    hours = pd.Series([event["anonymous_id"] + event["occurred_at"][:10] for event in events]).value_counts()
    assert hours.min() > 100


def test_light_dirt_leaves_most_lines_clean() -> None:
    light = Dirt.light()
    assert light.duplicates + light.late + light.broken + light.impossible < 0.02
