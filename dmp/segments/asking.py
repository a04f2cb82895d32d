"""What is asked of segments: what a rule would hold before it is published, and why somebody is in one or not.

Both judge today's people: in the warehouse, or, before a reader's eyes, those of a published build
(`published_people`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from dmp.segments.catalogue import Catalogue, read_catalogue
from dmp.segments.checking import check_rules
from dmp.segments.compiling import Side
from dmp.segments.measures import Measure, column_names, measures_of_rules
from dmp.segments.rules import SHIPPED, Rule, load_rules, read_rule
from dmp.segments.tree import leaves
from dmp.segments.wide import make_wide
from dmp.settings import DmpError, Home
from dmp.warehouse import connect

OVERLAP = """
SELECT
    known.segment_id,
    count(*) AS person_count,
    count(asked.user_key) AS shared_count,
    count(*) FILTER (asked.user_key IS NULL) AS only_there_count
FROM segments.user_segments AS known LEFT JOIN asked USING (user_key)
GROUP BY known.segment_id
ORDER BY shared_count DESC, known.segment_id
"""


@dataclass(frozen=True)
class Today:
    """Today's people beside the rules that are asked for."""

    connection: duckdb.DuckDBPyConnection
    rules: Mapping[str, Rule]
    side: Side

    def counts(self, conditions: Sequence[exp.Expr]) -> list[int]:
        """Count the people of each of some conditions in one scan."""
        counted = [
            exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=one)) for one in conditions
        ]
        query = exp.select(*counted).from_("wide")
        return list(self.connection.execute(query.sql("duckdb")).fetchone() or ())


def preview(home: Home, path: Path) -> dict[str, Any]:
    """Return what the segment in a file would hold today. Raises RuleError where the rule is refused."""
    rule = read_rule(path)
    with connect(home, home.settings(), read_only=True) as connection:
        rules = {**load_rules([SHIPPED, home.segments]), rule.segment_id: rule}
        return held_by(connection, rules, rule, read_catalogue(connection))


def held_by(
    connection: duckdb.DuckDBPyConnection, rules: Mapping[str, Rule], rule: Rule, catalogue: Catalogue
) -> dict[str, Any]:
    """Return what a rule of `rules` holds of the people of a connection.

    Keys: segment_id, rule, as_of_date, people_count, person_count, consented_count (who may be told apart for the
    segment's purpose), conditions (each with the people who fulfil it alone), overlaps (with each segment there is;
    `only_there_count` of its own id are those who would leave), joining_count (None for a new segment).
    Raises RuleError where a rule is refused.
    """
    today = _today(connection, rules, rule, catalogue)
    member = today.side.member(rule)
    people = exp.true()
    consented = exp.and_(member, today.side.column(_consent(rule)))
    conditions = [leaf for leaf, _ in leaves(rule.now.who)]
    counts = today.counts([people, member, consented, *map(today.side.truth, conditions)])
    asked = exp.select("user_key").from_("wide").where(member)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE asked AS {asked.sql('duckdb')}")
    overlaps = _rows(connection.execute(OVERLAP))
    (as_of_date,) = connection.execute("SELECT max(as_of_date) FROM wide").fetchone() or (None,)
    own = [row for row in overlaps if row["segment_id"] == rule.segment_id]
    return {
        "segment_id": rule.segment_id,
        "rule": str(rule.now.who),
        "as_of_date": as_of_date,
        "people_count": counts[0],
        "person_count": counts[1],
        "consented_count": counts[2],
        "joining_count": counts[1] - own[0]["shared_count"] if own else None,
        "leaving_count": own[0]["only_there_count"] if own else None,
        "conditions": [
            {"condition": str(leaf), "person_count": count}
            for leaf, count in zip(conditions, counts[3:], strict=True)
        ],
        "overlaps": [row for row in overlaps if row not in own],
    }


def judge(home: Home, segment: str, user_key: int) -> list[dict[str, Any]]:
    """Return each condition of a segment's rule for one person: condition, value, is_met, is_wanted.

    Empty where the segment is no rule's. Raises DmpError where the person keeps the segment's purpose to themselves.
    """
    with connect(home, home.settings(), read_only=True) as connection:
        rules = load_rules([SHIPPED, home.segments])
        if segment not in rules:
            return []
        today = _today(connection, rules, rules[segment], read_catalogue(connection))
        conditions = list(leaves(rules[segment].now.who))
        texts = [
            column
            for leaf, _ in conditions
            for column in (exp.cast(today.side.value(leaf), "VARCHAR"), today.side.truth(leaf))
        ]
        query = exp.select(today.side.column(_consent(rules[segment])), *texts).from_("wide")
        row = connection.execute(
            query.where(exp.column("user_key").eq(exp.convert(user_key))).sql("duckdb")
        ).fetchone()
    if not row or not row[0]:
        raise DmpError(f"this person has not consented to {rules[segment].purpose}, which {segment} is for")
    return [
        {
            "condition": str(leaf),
            "value": row[1 + 2 * place],
            "is_met": row[2 + 2 * place],
            "is_wanted": is_wanted,
        }
        for place, (leaf, is_wanted) in enumerate(conditions)
    ]


def _today(
    connection: duckdb.DuckDBPyConnection, rules: Mapping[str, Rule], rule: Rule, catalogue: Catalogue
) -> Today:
    check_rules(rules, catalogue)
    measures = sorted({*measures_of_rules([rule], rules), _consent(rule)})
    (served,) = connection.execute("SELECT max(as_of_date) FROM profiles.user_profiles").fetchone() or (None,)
    if served is None:
        raise DmpError("nobody is known yet: `dmp run` first")
    make_wide(connection, measures, catalogue, served=served)
    return Today(connection, rules, Side(rules, column_names(measures), day="as_of_date"))


def _consent(rule: Rule) -> Measure:
    return Measure("field", f"is_consented_{rule.purpose}")


def _rows(answer: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
