"""A proposed rule is tried in a copy: who gains, loses or moves, by the models that would run, and what reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from dmp.builds import content_hash
from dmp.cli import app
from dmp.published import published
from dmp.settings import Home, SettingsError
from dmp.tags.commands import read_preview
from dmp.tags.trial import proposal


def test_a_higher_bound_takes_the_tag_from_those_below_it_and_changes_nothing_in_the_home(
    shop_home: Home,
) -> None:
    before = content_hash(shop_home.warehouse)
    (found,) = read_preview(shop_home, "big_spender", enter_at=1500, leave_at=1200)
    with published(shop_home) as build:
        holders = build.rows("user_tags", "SELECT user_id, value FROM user_tags WHERE tag_id = 'big_spender'")
    assert found["people_before"] >= len(holders) > 0
    assert found["people_before"] - found["people_after"] == found["loses_count"] > 0
    assert found["gains_count"] == found["moves_count"] == 0
    assert {row["user_id"] for row in found["examples"]} <= {row["user_id"] for row in holders}
    assert all(row["value"] < 1500 for row in found["examples"])
    assert {"tags", "user_profiles"} <= set(found["downstream"]["tables"])
    assert content_hash(shop_home.warehouse) == before


def test_bounds_that_cannot_work_and_tags_that_are_not_there_are_refused(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    with pytest.raises(SettingsError, match="no tag 'nobody'"):
        proposal(home, "nobody")
    with pytest.raises(SettingsError, match="big_spender: leave_at lies on the far side"):
        proposal(home, "big_spender", enter_at=100, leave_at=200)
    with pytest.raises(SettingsError, match="3 levels"):
        proposal(home, "spending_tier", enter_at=0.5)


def test_the_list_shows_every_tag_of_the_packs_that_are_on(shop_home: Home) -> None:
    answer = CliRunner().invoke(app, ["tag", "list", "--home", str(shop_home.root)])
    lines = answer.stdout.splitlines()
    assert answer.exit_code == 0
    assert lines[0].startswith("tag_id\t")
    assert any(line.startswith("spending_tier\t") for line in lines)
