"""What a rule would hold of the people of a published build: its tables as views in the warehouse's shape.

Readers' counts are of what readers may see: whoever withholds a purpose is missing where a rule asks for its columns.
Of days a build keeps counts without items, so that events of some items are no part of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
from sqlglot import exp

from dmp.published import Published
from dmp.segments.asking import held_by
from dmp.segments.catalogue import Catalogue, read_catalogue
from dmp.segments.conditions import RuleError
from dmp.segments.rules import SHIPPED, Rule, load_rules
from dmp.segments.tree import EventCondition, Leaf, SegmentCondition, leaves
from dmp.settings import DmpError, Home

# Tables about people that other stages than the profiles make.
OF_OTHER_STAGES = {
    "user_predictions": "predictions",
    "prediction_models": "predictions",
    "user_segments": "segments",
    "user_segment_changes": "segments",
    "user_influence": "segments",
    "user_vectors": "vectors",
}
NEEDED = (
    "user_profiles",
    "user_days",
    "user_tags",
    "user_tag_changes",
    "user_taste_changes",
    "tag_rules",
    "user_segments",
)
NEEDED_OF_LEARNING = ("user_predictions", "prediction_models")
# Days of people stand for their activity, each as if it had landed when it was known.
VIEWS = """
CREATE VIEW profiles.user_activity AS SELECT *, known_from AS landed_date FROM profiles.user_days;
CREATE VIEW profiles.user_consents AS SELECT user_key, COLUMNS('is_consented_.*') FROM profiles.user_profiles;
CREATE VIEW profiles.user_item_activity AS SELECT user_key FROM profiles.user_days WHERE false;
"""


def shaped_as_warehouse(build: Published) -> duckdb.DuckDBPyConnection:
    """Return the build's connection with the views `profiles`, `predictions` and `segments` that rules are run on.

    Raises DmpError where the build was made without a table that rules are checked with.
    """
    if missing := [name for name in (*NEEDED, *NEEDED_OF_LEARNING) if name not in build.build["tables"]]:
        raise DmpError(f"this build has no {missing[0]}, which rules are checked with: `dmp run` makes it")
    connection = build.connection
    connection.execute("ATTACH ':memory:' AS people; USE people")
    for schema in ("profiles", *sorted(set(OF_OTHER_STAGES.values()))):
        connection.execute(f"CREATE SCHEMA {schema}")
    columns = connection.execute(
        "SELECT table_name, list(column_name) FROM duckdb_columns() WHERE database_name = 'published' GROUP BY ALL"
    ).fetchall()
    for table, names in sorted(columns):
        if "user_id" in names or table in NEEDED + NEEDED_OF_LEARNING:
            view = exp.table_(table, db=OF_OTHER_STAGES.get(table, "profiles"), quoted=True)
            rows = exp.select(exp.Star(except_=[exp.to_identifier("build_id")])).from_(
                exp.table_(table, db="main", catalog="published", quoted=True)
            )
            rows = rows.select(exp.alias_(exp.column("user_id"), "user_key")) if "user_id" in names else rows
            connection.execute(exp.Create(this=view, kind="VIEW", expression=rows).sql("duckdb"))
    connection.execute(VIEWS)
    return connection


def published_catalogue(build: Published) -> Catalogue:
    """Return what rules may name of a build. It is the same as long as the build is: a server may keep it."""
    return read_catalogue(shaped_as_warehouse(build))


def preview_published(home: Home, build: Published, rule: Rule, catalogue: Catalogue) -> dict[str, Any]:
    """Return `asking.held_by` of a rule and the build's people. Raises RuleError where the rule is refused."""
    needed = _reached(rule, {**load_rules([SHIPPED, home.segments]), rule.segment_id: rule})
    for one in needed.values():
        for leaf in _leaves(one):
            if isinstance(leaf, EventCondition) and leaf.items:
                raise RuleError(
                    f"{one.file}: {leaf.place}: events of some items are not counted here: "
                    "`dmp segment preview` does, in the warehouse"
                )
    return held_by(shaped_as_warehouse(build), needed, rule, catalogue)


def _reached(rule: Rule, rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Return a rule and those that it asks for, also by others; names of no rule are left to the check."""
    found, pending = {}, [rule.segment_id]
    while pending:
        name = pending.pop()
        if name in rules and name not in found:
            found[name] = rules[name]
            pending += [leaf.segment for leaf in _leaves(rules[name]) if isinstance(leaf, SegmentCondition)]
    return found


def _leaves(rule: Rule) -> Iterator[Leaf]:
    return (leaf for version in rule.versions for leaf, _ in leaves(version.who))
