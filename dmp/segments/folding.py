"""Who came and who went between two cuts, and why: the one step of the fold over a segment's history.

What a step says depends on its two cuts alone, so days one by one, in batches or all at once write the same rows.
All segments are compared in one scan; only people whose membership of any of them turned are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import duckdb
from sqlglot import exp

from dmp.segments.compiling import Side, by_version, movement
from dmp.segments.measures import Measure, column_names, measures_of_rules
from dmp.segments.rules import Rule
from dmp.segments.tables import USER_SEGMENT_CHANGES

# A cut and the one before it, None before the first.
Pair = tuple[date | None, date]


# People at cuts that are looked at together; the result does not depend on it.
ROWS_AT_ONCE = 2_000_000


def chunks(connection: duckdb.DuckDBPyConnection, pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """Yield the pairs in portions of so many people that they fit into memory."""
    (people,) = connection.execute("SELECT count(*) FROM profiles.user_profiles").fetchone() or (0,)
    size = max(1, ROWS_AT_ONCE // max(1, people))
    for place in range(0, len(pairs), size):
        yield pairs[place : place + size]


def fold(
    connection: duckdb.DuckDBPyConnection,
    pairs: Sequence[Pair],
    some: Sequence[Rule],
    rules: Mapping[str, Rule],
    measures: Sequence[Measure],
) -> None:
    """Write the changes of some segments between the cuts of each pair; the table `wide` holds these cuts.

    measures: those of `wide`.
    """
    columns = column_names(measures)
    was, now = Side(rules, columns, "was_", "was_on"), Side(rules, columns, "now_", "now_on")
    # The person of now under the rules of before: whoever would not have moved was moved by the rule.
    still = Side(rules, columns, "now_", "was_on")
    turned = [_turned(was.member(rule), now.member(rule)) for rule in some]
    asked = [columns[measure] for measure in measures_of_rules(some, rules)]
    _find_moved(connection, pairs, asked, exp.or_(*turned))
    for rule in some:
        query = _changes(rule, was, now, still)
        connection.execute(f"INSERT INTO segments.user_segment_changes {query.sql('duckdb')}")


def _find_moved(
    connection: duckdb.DuckDBPyConnection,
    pairs: Sequence[Pair],
    columns: Iterable[str],
    turned: exp.Expr,
) -> None:
    """Make the temporary table `moved`: whose membership of any segment turned, with values then and now."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pairs AS SELECT unnest($1::DATE[]) AS was_on, unnest($2::DATE[]) AS now_on",
        [list(days) for days in zip(*pairs, strict=True)],
    )
    values = ", ".join(f"{side}.{column} AS {side}_{column}" for column in columns for side in ("was", "now"))
    both = f"""
        WITH was AS (SELECT wide.*, pairs.now_on FROM wide INNER JOIN pairs ON wide.as_of_date = pairs.was_on),
        now AS (SELECT wide.*, pairs.now_on FROM wide INNER JOIN pairs ON wide.as_of_date = pairs.now_on)
        SELECT coalesce(now.now_on, was.now_on) AS now_on, pairs.was_on,
            coalesce(now.user_key, was.user_key) AS user_key,
            was.user_key IS NOT NULL AS is_then, now.user_key IS NOT NULL AS is_there, {values}
        FROM was FULL JOIN now ON was.now_on = now.now_on AND was.user_key = now.user_key
        INNER JOIN pairs ON pairs.now_on = coalesce(now.now_on, was.now_on)
        """  # noqa: S608 - names of columns that this package numbered
    query = (
        exp.select("*")
        .from_(exp.maybe_parse(both, into=exp.Select, dialect="duckdb").subquery("both_sides"))
        .where(turned)
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE moved AS {query.sql('duckdb')}")


def _changes(rule: Rule, was: Side, now: Side, still: Side) -> exp.Select:
    """Return the rows of user_segment_changes for one segment, from the table `moved`."""
    before, after = was.member(rule), now.member(rule)
    is_moved = _differ(_there("is_then", before), _there("is_there", still.member(rule)))
    texts = {name: exp.Literal.string(name) for name in ("joined", "left", "identity", "person", "rule")}
    values = {
        "changed_on": exp.column("now_on"),
        "user_key": exp.column("user_key"),
        "segment_id": exp.Literal.string(rule.segment_id),
        "change": exp.Case().when(_there("is_there", after), texts["joined"]).else_(texts["left"]),
        "cause": exp.Case()
        .when(exp.not_(exp.column("is_there")), texts["identity"])
        .when(is_moved, texts["person"])
        .else_(texts["rule"]),
        "reason": exp.Case()
        .when(exp.not_(exp.column("is_there")), exp.Literal.string("joined with another person"))
        .when(is_moved, by_version(rule, "now_on", lambda version: movement(was, now, version.who)))
        .else_(
            by_version(rule, "now_on", lambda version: exp.Literal.string(f"the rule became {version.who}"))
        ),
        "version": by_version(rule, "now_on", lambda version: exp.convert(version.version)),
        "purpose": exp.Literal.string(rule.purpose),
    }
    columns = [exp.alias_(values[name], name) for name in USER_SEGMENT_CHANGES]
    return exp.select(*columns).from_("moved").where(_turned(before, after))


def _there(column: str, member: exp.Expr) -> exp.Expr:
    """Whoever is not there is in nothing, whatever a `not` makes of missing values."""
    return exp.and_(exp.column(column), member)


def _turned(was: exp.Expr, now: exp.Expr) -> exp.Expr:
    return _differ(_there("is_then", was), _there("is_there", now))


def _differ(one: exp.Expr, other: exp.Expr) -> exp.Expr:
    return exp.NEQ(this=exp.paren(one), expression=exp.paren(other))
