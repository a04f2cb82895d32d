"""A DuckDB statement as a tree in which everything stands that Spark, or the resolving of names, knows in no such form.

UNPIVOT becomes a list of pairs, ANTI JOIN an absence, ASOF JOIN a join with intervals: each says the same in plain SQL,
still in DuckDB's dialect, so that names and types can be resolved afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.expressions.builders import apply_index_offset
from sqlglot.tokens import TokenType

# What may follow `map` where it is the type or the constructor, not a name.
_OF_A_MAP = {TokenType.L_PAREN, TokenType.L_BRACE, TokenType.LT}
_COMPARISONS = (exp.GTE, exp.GT, exp.LTE, exp.LT)


class UntranslatableError(Exception):
    """A statement says something for which Spark has no equal form here; the message quotes it."""


def rewritten(tree: exp.Expr, rule: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """Return the tree with a rule applied to every node, those within it before itself."""
    for node in reversed(list(tree.walk())):
        found = rule(node)
        if found is node:
            continue
        if node is tree:
            tree = found
        else:
            node.replace(found)
    return tree


def read(sql: str) -> exp.Query:
    """Return a DuckDB query as a tree without UNPIVOT, ANTI JOIN and ASOF JOIN."""
    tree = _parsed(sql)
    for unpivot in [node for node in tree.find_all(exp.Pivot) if node.args.get("into")]:
        unpivot.replace(_pairs(unpivot))
    for select in list(tree.find_all(exp.Select)):
        for join in list(select.args.get("joins") or []):
            if join.kind == "ANTI":
                _absence(select, join)
            elif join.method == "ASOF":
                _interval(join)
    for cte in tree.find_all(exp.CTE):
        # Spark decides itself what it stores.
        cte.set("materialized", None)
    return tree


def _parsed(sql: str) -> exp.Query:
    dialect = DuckDB()
    tokens = dialect.tokenize(sql)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.token_type == TokenType.MAP and (following is None or following.token_type not in _OF_A_MAP):
            token.token_type = TokenType.IDENTIFIER
    (tree,) = dialect.parser().parse(tokens, sql)
    if not isinstance(tree, exp.Query):
        raise UntranslatableError(f"no query: {sql[:80]}")
    for bracket in tree.find_all(exp.Bracket):
        # The parser counts from 0.
        bracket.set("expressions", apply_index_offset(bracket.this, bracket.expressions, 1, dialect="duckdb"))
    return tree


def _pairs(unpivot: exp.Pivot) -> exp.Query:
    """Return `UNPIVOT source ON a, b INTO NAME n VALUE v` as the unnested pairs of each row; no value, no row."""
    names = [column.name for column in unpivot.expressions]
    if not all(isinstance(column, exp.Column) for column in unpivot.expressions):
        raise UntranslatableError(f"UNPIVOT names its columns one by one: {unpivot.sql('duckdb')[:80]}")
    into = unpivot.args["into"]
    name, value = into.this.name, into.expressions[0].name
    pairs = ", ".join(f"{{'name': '{column}', 'value': {column}}}" for column in names)
    # Every part of the text is a name of the statement itself.
    outer: exp.Query = exp.maybe_parse(
        f"""
        SELECT * EXCLUDE (pair), pair.name AS {name}, pair.value AS {value}
        FROM (SELECT * EXCLUDE ({", ".join(names)}), UNNEST([{pairs}]) AS pair FROM unpivoted) AS unpivoted_pairs
        WHERE pair.value IS NOT NULL
        """,  # noqa: S608
        dialect="duckdb",
    )
    source = unpivot.this.copy()
    if isinstance(source, exp.Subquery) and not source.alias:
        source.set("alias", exp.TableAlias(this=exp.to_identifier("unpivoted")))
    (inner,) = [table for table in outer.find_all(exp.Table) if table.name == "unpivoted"]
    inner.replace(source)
    return outer


def _absence(select: exp.Select, join: exp.Join) -> None:
    """Replace `ANTI JOIN other` of a select by the condition that no row of the other matches."""
    source, other = select.args["from_"].this, join.this.copy()
    if not other.alias:
        other.set("alias", exp.TableAlias(this=exp.to_identifier("absent")))
    condition = join.args.get("on")
    for column in join.args.get("using") or []:
        equal = exp.EQ(
            this=exp.column(column.name, table=source.alias_or_name),
            expression=exp.column(column.name, table=other.alias_or_name),
        )
        condition = equal if condition is None else exp.and_(condition, equal)
    absent = exp.Not(this=exp.Exists(this=exp.select("1").from_(other).where(condition)))
    select.args["joins"].remove(join)
    select.where(absent, copy=False)


def _interval(join: exp.Join) -> None:
    """Replace an ASOF JOIN by a join with the interval in which each row of the other side is the last one.

    Of rows at one moment, one has the interval and the others an empty one.
    """
    equal, (moment,) = [], [None]
    for condition in join.args["on"].flatten() if isinstance(join.args["on"], exp.And) else [join.args["on"]]:
        if isinstance(condition, _COMPARISONS[:2]):
            moment = condition
        elif isinstance(condition, exp.EQ):
            equal.append(condition)
    if moment is None:
        raise UntranslatableError(f"ASOF JOIN looks back by > or >=: {join.sql('duckdb')[:80]}")
    alias = join.this.alias_or_name
    keys = [
        side.name
        for condition in equal
        for side in (condition.this, condition.expression)
        if isinstance(side, exp.Column) and side.table == alias
    ]
    end: exp.Expr = exp.maybe_parse(
        f"LEAD({moment.expression.name}) OVER (PARTITION BY {', '.join(keys)} ORDER BY {moment.expression.name})",
        dialect="duckdb",
    )
    table = join.this.copy()
    table.set("alias", None)
    ended = exp.select("*", exp.alias_(end, "next_moment")).from_(table).subquery(alias)
    ends = exp.column("next_moment", table=alias)
    before_end = (exp.LT if isinstance(moment, exp.GTE) else exp.LTE)(
        this=moment.this.copy(), expression=ends
    )
    join.set("method", None)
    join.set("this", ended)
    if not join.side:
        join.set("kind", "INNER")
    join.set(
        "on", exp.and_(join.args["on"], exp.or_(before_end, exp.Is(this=ends.copy(), expression=exp.Null())))
    )
