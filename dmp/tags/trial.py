"""What a rule would change before it is published: everybody is tagged anew, by the same models, in a copy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml
from pydantic import ValidationError

from dmp.settings import Home, Settings, SettingsError
from dmp.tags.packs import load_pack, load_packs, pack_paths, switched_on
from dmp.tags.rules import Level, Pack, Tag
from dmp.transformation import build
from dmp.warehouse import connect, trial_home

PROPOSED = "proposed"
TAGGED = "tag_rules tag_levels tag_points user_tag_changes user_tags"
EXAMPLES = 5
SHOWN = ("move", "user_id", "value_before", "value_after", "value")
BEFORE = "CREATE SCHEMA trial; CREATE TABLE trial.user_tags AS FROM profiles.user_tags"
MOVED = """
SELECT
    CASE WHEN before.user_key IS NULL THEN 'gains' WHEN after.user_key IS NULL THEN 'loses' ELSE 'moves' END AS move,
    coalesce(after.user_id, before.user_id) AS user_id,
    before.tag_value AS value_before, after.tag_value AS value_after,
    coalesce(after.value, before.value) AS value,
    coalesce(consents.is_consented_{purpose}, false) AS is_shown
FROM (FROM trial.user_tags WHERE tag_id = $tag_id) AS before
FULL JOIN (FROM profiles.user_tags WHERE tag_id = $tag_id) AS after
    ON before.user_key = after.user_key AND {same_row}
LEFT JOIN profiles.user_consents AS consents ON consents.user_key = coalesce(after.user_key, before.user_key)
WHERE before.user_key IS NULL OR after.user_key IS NULL OR before.tag_value IS DISTINCT FROM after.tag_value
ORDER BY user_id, value_before, value_after
"""
HELD = "SELECT count(DISTINCT user_key) FROM {}.user_tags WHERE tag_id = ?"


def proposal(
    home: Home, rule: str, enter_at: float | None = None, leave_at: float | None = None
) -> dict[str, Tag]:
    """Return the proposed tags: those of a pack's file, or one tag of any pack, with other bounds if given.

    Raises SettingsError where there is no such file or tag, or the rule cannot work.
    """
    if Path(rule).suffix == ".yaml":
        return dict(load_pack(Path(rule)).tags)
    packs = {name: load_pack(path) for name, path in pack_paths(home).items()}
    tags = switched_on(packs)
    if rule not in tags:
        raise SettingsError(
            f"there is no tag '{rule}' and no file of that name; `dmp tag list` shows the tags"
        )
    tag = tags[rule]
    if enter_at is not None or leave_at is not None:
        if len(tag.levels) > 1:
            raise SettingsError(f"{rule} has {len(tag.levels)} levels: write the proposal into a file")
        begins = tag.levels[0].enter_at if enter_at is None else enter_at
        level = Level(enter_at=begins, leave_at=leave_at)
        try:
            tag = Tag.model_validate({**tag.model_dump(), "levels": [level.model_dump()]})
        except ValidationError as error:
            message = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise SettingsError(f"{rule}: {message}") from error
    return {rule: tag}


def tagged_again(home: Home, proposed: Mapping[str, Tag], folder: Path) -> Home:
    """Return a home in `folder` whose people are tagged by the proposed rules beside the other rules of `home`.

    `trial.user_tags` in its warehouse is what they held before. Raises DmpError where `home` has no warehouse.
    """
    trial, settings = trial_home(home, folder), home.settings()
    with connect(trial, settings) as connection:
        connection.execute(BEFORE)
    packs = _write_packs(trial, load_packs(settings, home), proposed)
    days = {"home_time_zone": settings.time_zone, "first_landed_date": "0001-01-01"}
    build(TAGGED, trial, settings.model_copy(update={"tag_packs": packs}), days)
    return trial


def _write_packs(trial: Home, packs: Mapping[str, Pack], proposed: Mapping[str, Tag]) -> list[str]:
    """Write the packs of a home, without the tags that are proposed anew, and the proposal; return their names."""
    others = {
        name: {tag_id: tag for tag_id, tag in pack.tags.items() if tag_id not in proposed}
        for name, pack in packs.items()
    }
    trial.tag_packs.mkdir()
    for name, tags in {**others, PROPOSED: dict(proposed)}.items():
        pack = Pack(description=name, tags=tags)
        text = yaml.safe_dump(pack.model_dump(mode="json", exclude_none=True), allow_unicode=True)
        (trial.tag_packs / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [*others, PROPOSED]


def changes_of(trial: Home, settings: Settings, tag_id: str, tag: Tag) -> dict[str, Any]:
    """Return how many people a tag would hold for before and after, who gains, loses or moves to another level.

    Examples are people who consented to the tag's purpose.
    """
    with connect(trial, settings, read_only=True) as connection:
        counts = {
            name: connection.execute(HELD.format(schema), [tag_id]).fetchall()[0][0]
            for name, schema in {"people_before": "trial", "people_after": "profiles"}.items()
        }
        rows = _moved(connection, tag_id, tag)
    moves = ("gains", "loses", "moves")
    return {
        "tag_id": tag_id,
        "metric": tag.metric,
        **counts,
        **{f"{move}_count": sum(row["move"] == move for row in rows) for move in moves},
        "examples": [
            {name: row[name] for name in SHOWN}
            for move in moves
            for row in [row for row in rows if row["is_shown"] and row["move"] == move][:EXAMPLES]
        ],
    }


def _moved(connection: duckdb.DuckDBPyConnection, tag_id: str, tag: Tag) -> list[dict[str, Any]]:
    # Of a taste each value is a row of its own; of other tags a person has one.
    same_row = "before.tag_value = after.tag_value" if tag.kind == "taste" else "true"
    answer = connection.execute(MOVED.format(purpose=tag.purpose, same_row=same_row), {"tag_id": tag_id})
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
