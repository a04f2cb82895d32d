"""Packs of tags: those that come with the platform work, and one that cannot is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from dmp.builds import maker
from dmp.settings import Home, Settings, SettingsError
from dmp.tags.packs import PACKS, load_pack, load_packs, switched_on
from dmp.tags.rows import tables_of

TAG = """
description: One tag.
tags:
  {id}: {{name_en: A, name_zh: 甲, owner: us, purpose: analytics, expiry_days: 7, rule_version: 2, kind: {kind},
    {rest}}}
"""


def pack(folder: Path, rest: str, kind: str = "threshold", name: str = "ours", tag_id: str = "mine") -> Path:
    path = folder / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TAG.format(id=tag_id, kind=kind, rest=rest), encoding="utf-8")
    return path


def test_all_packs_that_come_with_the_platform_can_be_on_together() -> None:
    names = sorted(path.stem for path in PACKS.glob("*.yaml"))
    tags = switched_on(load_packs(Settings(tag_packs=names)))
    assert names == ["advertising", "commerce", "content", "education", "growth"]
    assert {tag.kind for tag in tags.values()} == {"threshold", "quantile", "score", "grade", "taste"}


def test_a_pack_of_the_home_is_on_once_its_settings_name_it_and_is_part_of_the_build(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    before = maker(home, Settings())
    pack(home.tag_packs, "metric: order_count_life, levels: [{enter_at: 2}]")
    packs = load_packs(Settings(tag_packs=["growth", "ours"]), home)
    assert packs["ours"].tags.keys() == {"mine"}
    assert maker(home, Settings()) != before


def test_versions_follow_each_other_in_time(tmp_path: Path) -> None:
    earlier = "earlier: [{rule_version: 1, in_force_to: 2026-03-31, levels: [{enter_at: 3}]}]"
    path = pack(tmp_path, f"metric: order_count_life, levels: [{{enter_at: 2}}], {earlier}")
    rows = tables_of({"ours": load_pack(path)})["tag_levels"]
    assert [(row["rule_version"], row["in_force_from"], row["in_force_to"]) for row in rows] == [
        (1, "0001-01-01", "2026-03-31"),
        (2, "2026-04-01", "9999-12-31"),
    ]


@pytest.mark.parametrize(
    ("rest", "kind", "reason"),
    [
        ("metric: a, levels: [{enter_at: 5, leave_at: 6}]", "threshold", "leave_at lies on the far side"),
        (
            "metric: a, operator: '<=', levels: [{enter_at: 5, leave_at: 4}]",
            "threshold",
            "leave_at lies on the far side",
        ),
        (
            "metric: a, levels: [{level: x, enter_at: 1}, {level: y, enter_at: 2}]",
            "threshold",
            "from the strongest to the weakest",
        ),
        ("metric: a, levels: [{enter_at: 2}, {enter_at: 1}]", "threshold", "each has a name of its own"),
        ("metric: a, levels: [{enter_at: 90}]", "quantile", "shares between 0 and 1"),
        (
            "points: [{metric: a, threshold: 1, points: 4}], levels: [{enter_at: 2}]",
            "score",
            "tags.mine: a score has no metric and points that add up to 10, not 4",
        ),
        (
            "metric: a, levels: [{enter_at: 1}], query: DROP TABLE",
            "threshold",
            "tags.mine.query: Extra inputs",
        ),
        ("metric: a, operator: '~', levels: [{enter_at: 1}]", "threshold", "tags.mine.operator"),
        ("metric: category, levels: [{enter_at: 2}]", "taste", "how many values"),
        ("metric: colour, most: 3, levels: [{enter_at: 2}]", "taste", "a taste is of category or brand"),
        ("metric: a, levels: [{enter_at: .inf}]", "threshold", "finite number"),
        ("metric: a, operator: '=', levels: [{enter_at: 1, leave_at: 0}]", "threshold", "has no leave_at"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_with_its_file_and_place(
    tmp_path: Path, rest: str, kind: str, reason: str
) -> None:
    with pytest.raises(SettingsError, match=f"ours.yaml: .*{reason}") as error:
        load_pack(pack(tmp_path, rest, kind))
    assert "\n" not in str(error.value)


def test_a_pack_that_is_not_there_and_a_tag_in_two_packs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no pack 'music'; there are advertising, commerce"):
        load_packs(Settings(tag_packs=["music"]))
    home = Home.at(tmp_path)
    pack(home.tag_packs, "metric: a, levels: [{enter_at: 1}]", tag_id="big_spender")
    with pytest.raises(SettingsError, match="big_spender is in the pack commerce already"):
        load_packs(Settings(tag_packs=["commerce", "ours"]), home)
