"""Who is in which rule segment, since when and why: today's people, on a history that is folded over weekly cuts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256

import duckdb
from sqlglot import exp

from dmp.segments.catalogue import Catalogue
from dmp.segments.compiling import Side, by_version
from dmp.segments.folding import Pair, chunks, fold
from dmp.segments.measures import Measure, all_leaves, column_names, has_history, measures_of_rules
from dmp.segments.rules import Rule
from dmp.segments.tables import SEGMENTS, USER_SEGMENTS, create_table, revert
from dmp.segments.tree import SegmentCondition
from dmp.segments.wide import make_wide

# The history may hold other days too, that the settings ask for.
SUNDAYS = """
SELECT DISTINCT as_of_date FROM profiles.user_metrics_history WHERE isodow(as_of_date) = 7 ORDER BY as_of_date
"""
DONE = "SELECT segment_id, max(as_of_date) FROM segments.segment_sizes GROUP BY segment_id"
SIZES = """
INSERT INTO segments.segment_sizes
SELECT sizes.as_of_date, $segment_id, sizes.version, $rule_hash, sizes.person_count,
    count(changes.user_key) FILTER (changes.change = 'joined'), count(changes.user_key) FILTER (changes.change = 'left')
FROM (
    SELECT unnest($days::DATE[]) AS as_of_date, unnest($versions::BIGINT[]) AS version,
        unnest($counts::BIGINT[]) AS person_count
) AS sizes
LEFT JOIN segments.user_segment_changes AS changes
    ON changes.changed_on = sizes.as_of_date AND changes.segment_id = $segment_id
GROUP BY sizes.as_of_date, sizes.version, sizes.person_count
"""
# The last time that each of today's members joined.
SINCE = """
CREATE OR REPLACE TEMP TABLE joined_last AS
SELECT segment_id, user_key, max(changed_on) AS joined_on
FROM segments.user_segment_changes WHERE change = 'joined' GROUP BY segment_id, user_key
"""


def refresh_rules(
    connection: duckdb.DuckDBPyConnection,
    rules: Mapping[str, Rule],
    catalogue: Catalogue,
    first: date,
    served: date,
) -> None:
    """Bring the tables of rule segments to the served day; `first`: the first landed day that is run.

    Writes segments, user_segments, user_segment_changes and segment_sizes. The rules are checked
    (`checking.check_rules`).
    """
    dated = {name: rule for name, rule in rules.items() if has_history(rule, rules, catalogue)}
    revert(connection, {name: rule_hash(rule, rules) for name, rule in dated.items()}, first)
    sundays = [day for (day,) in connection.execute(SUNDAYS).fetchall()]
    for pairs, some in _pending(connection, dated, sundays):
        measures = measures_of_rules(some, rules)
        make_wide(
            connection, measures, catalogue, cuts=sorted({day for pair in pairs for day in pair if day})
        )
        fold(connection, pairs, some, rules, measures)
        days = [day for _, day in pairs]
        _write_sizes(connection, some, rules, days, _counts(connection, some, rules, measures))
    measures = measures_of_rules(rules.values(), rules)
    is_between = served not in sundays and bool(dated)
    past = [day for day in sundays if day < served][-1:] if is_between else []
    make_wide(connection, measures, catalogue, cuts=past, served=served)
    if is_between:
        fold(connection, [(past[0] if past else None, served)], list(dated.values()), rules, measures)
    today = (
        list(rules.values())
        if served not in sundays
        else [rule for rule in rules.values() if rule.segment_id not in dated]
    )
    members = _write_members(connection, rules, measures, catalogue, served)
    _write_sizes(connection, today, rules, [served], {served: members})


def rule_hash(rule: Rule, rules: Mapping[str, Rule]) -> str:
    """Return a hash of what decides who is in a segment."""
    asked = {leaf.segment for leaf in all_leaves(rule, rules) if isinstance(leaf, SegmentCondition)}
    read = [(name, rules[name].purpose, rules[name].versions) for name in (rule.segment_id, *sorted(asked))]
    return sha256(repr(read).encode()).hexdigest()[:16]


def _pending(
    connection: duckdb.DuckDBPyConnection, dated: Mapping[str, Rule], sundays: Sequence[date]
) -> Iterator[tuple[Sequence[Pair], list[Rule]]]:
    """Yield the weekly cuts that are to do, each with the cut before it, and the rules for which they are."""
    done = dict(connection.execute(DONE).fetchall())
    by_last: dict[date, list[Rule]] = {}
    for name, rule in dated.items():
        by_last.setdefault(done.get(name, date.min), []).append(rule)
    for last, some in sorted(by_last.items()):
        pairs: list[Pair] = [pair for pair in zip([None, *sundays], sundays, strict=False) if pair[1] > last]
        for chunk in chunks(connection, pairs):
            yield chunk, some


def _counts(
    connection: duckdb.DuckDBPyConnection,
    some: Sequence[Rule],
    rules: Mapping[str, Rule],
    measures: Sequence[Measure],
) -> dict[date, dict[str, int]]:
    """Count the members of segments at each cut in the table `wide`, in one scan."""
    side = Side(rules, column_names(measures), day="as_of_date")
    counts = [
        exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=side.member(rule)))
        for rule in some
    ]
    query = exp.select("as_of_date", *counts).from_("wide").group_by("as_of_date").order_by("as_of_date")
    names = [rule.segment_id for rule in some]
    found = connection.execute(query.sql("duckdb")).fetchall()
    return {day: dict(zip(names, numbers, strict=True)) for day, *numbers in found}


def _write_sizes(
    connection: duckdb.DuckDBPyConnection,
    some: Sequence[Rule],
    rules: Mapping[str, Rule],
    days: Sequence[date],
    counts: Mapping[date, Mapping[str, int]],
) -> None:
    """Write how many were in each segment on each day, and how many came and went."""
    for rule in some:
        parameters = {
            "segment_id": rule.segment_id,
            "versions": [rule.on(day).version for day in days],
            "rule_hash": rule_hash(rule, rules),
            "days": list(days),
            "counts": [counts.get(day, {}).get(rule.segment_id, 0) for day in days],
        }
        connection.execute(SIZES, parameters)


def _write_members(
    connection: duckdb.DuckDBPyConnection,
    rules: Mapping[str, Rule],
    measures: Sequence[Measure],
    catalogue: Catalogue,
    served: date,
) -> dict[str, int]:
    """Write the served day's members with their reasons; return how many each segment has."""
    for name, columns in {"segments": SEGMENTS, "user_segments": USER_SEGMENTS}.items():
        create_table(connection, name, columns, anew=True)
    connection.execute(SINCE)
    side = Side(rules, column_names(measures), day="as_of_date")
    counts: dict[str, int] = {}
    for rule in rules.values():
        members = _members(rule, side, served).sql("duckdb")
        written = connection.execute(f"INSERT INTO segments.user_segments BY NAME {members}").fetchall()
        counts[rule.segment_id] = written[0][0]
        connection.execute(
            "INSERT INTO segments.segments SELECT $1, $2, 'rule', $3, $4, $5, $6, $7, $8, $9, $10",
            [served, rule.segment_id, rule.name_en, rule.name_zh, rule.owner, rule.purpose, rule.on(served).version,
             str(rule.on(served).who), has_history(rule, rules, catalogue), counts[rule.segment_id]],
        )  # fmt: skip
    return counts


def _members(rule: Rule, side: Side, served: date) -> exp.Select:
    """Return the rows of user_segments for one segment."""
    since = exp.func("coalesce", exp.column("joined_on"), exp.column("as_of_date"))
    values = {
        "as_of_date": exp.column("as_of_date"),
        "user_key": exp.column("user_key", "wide"),
        "segment_id": exp.Literal.string(rule.segment_id),
        "segment_name": exp.Literal.string(rule.name_en),
        "kind": exp.Literal.string("rule"),
        "version": by_version(rule, side.day, lambda version: exp.convert(version.version)),
        "purpose": exp.Literal.string(rule.purpose),
        "valid_from": since,
        "known_from": since.copy(),
        "reason": by_version(rule, side.day, lambda version: side.reason(version.who)),
    }
    is_own = exp.and_(
        exp.column("segment_id", "joined_last").eq(exp.Literal.string(rule.segment_id)),
        exp.column("user_key", "joined_last").eq(exp.column("user_key", "wide")),
    )
    query = exp.select(*(exp.alias_(values[name], name) for name in USER_SEGMENTS)).from_("wide")
    is_served = exp.column("as_of_date").eq(exp.convert(served))
    return query.join("joined_last", on=is_own, join_type="left").where(is_served, side.member(rule))
