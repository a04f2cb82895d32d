"""Spark's words for what the models say: functions and types whose names or whose edge cases differ from DuckDB's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from dmp.spark.reading import UntranslatableError, rewritten

# RE2's names of scripts, as Java writes them.
JAVA_SCRIPTS = {r"\p{Han}": r"\p{IsHan}"}
# A time without a zone is no moment: Spark's plain TIMESTAMP is one.
TYPES = {
    exp.DataType.Type.TIMESTAMP: "TIMESTAMP_NTZ",
    exp.DataType.Type.INT128: "DECIMAL(38, 0)",
    exp.DataType.Type.JSON: "STRING",
}


def call(name: str, *arguments: Any) -> exp.Expr:
    """Return a call of a Spark function."""
    return exp.Anonymous(this=name, expressions=[exp.convert(argument) for argument in arguments])


def in_sparks_words(tree: exp.Expr) -> exp.Expr:
    """Return the tree with every function and type as Spark names it."""
    return rewritten(tree, _word)


def _word(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and (said := FUNCTIONS.get(node.name.upper())):
        return said(*node.expressions)
    if isinstance(node, exp.DataType) and node.text("kind").lower() == "timestamptz_ns":
        # Spark counts microseconds, as all sources here do.
        return exp.DataType.build("TIMESTAMP", dialect="spark")
    if isinstance(node, exp.DataType) and node.this in TYPES:
        return exp.DataType.build(TYPES[node.this], dialect="spark")
    said_of = EXPRESSIONS.get(type(node))
    return said_of(node) if said_of else node


def _md5_number_lower(text: exp.Expr) -> exp.Expr:
    """The last 8 bytes of the MD5, the last byte first, as a signed BIGINT: DuckDB's is the same bits, unsigned."""
    nibbles = call("REVERSE", call("SUBSTR", call("MD5", text), 17, 16))
    digits = call("REGEXP_REPLACE", nibbles, "(.)(.)", "$2$1")
    return exp.cast(call("CONV", digits, 16, -10), "BIGINT")


def _list_sum(numbers: exp.Expr) -> exp.Expr:
    """NULL where the list has no number, as in DuckDB."""
    nothing = exp.cast(exp.Null(), "BIGINT")
    added = exp.Var(this="(total, number) -> COALESCE(total + number, total, number)")
    return call("AGGREGATE", numbers, nothing, added)


def _java(pattern: exp.Expr) -> exp.Expr:
    if not isinstance(pattern, exp.Literal):
        return pattern
    text = pattern.this
    for name, script in JAVA_SCRIPTS.items():
        text = text.replace(name, script)
    return exp.Literal.string(text)


def _json(node: exp.JSONObject) -> exp.Expr:
    """An object with its keys in their order, those without a value too."""
    pairs = [side for pair in node.expressions for side in (pair.this, pair.expression)]
    return call("TO_JSON", call("NAMED_STRUCT", *pairs), call("MAP", "ignoreNullFields", "false"))


def _from_json(node: exp.FromJson) -> exp.Expr:
    """Lists of objects whose fields are named: what a sender made up freely is read by no type."""
    try:
        (fields,) = json.loads(node.expression.this)
        types = ", ".join(f"{name}: {kind}" for name, kind in fields.items())
    except (AttributeError, ValueError) as error:
        raise UntranslatableError(f"JSON of no declared shape: {node.sql('duckdb')[:80]}") from error
    return call("FROM_JSON", node.this, f"ARRAY<STRUCT<{types.replace('VARCHAR', 'STRING')}>>")


def _numbered(node: exp.Window) -> exp.Expr:
    """Numbers in no order are only different ones: no partition has to wait for another."""
    in_no_order = not any(node.args.get(part) for part in ("partition_by", "order", "spec"))
    return (
        call("MONOTONICALLY_INCREASING_ID") if in_no_order and isinstance(node.this, exp.RowNumber) else node
    )


def _row(node: exp.Tuple) -> exp.Expr:
    """A row's fields by their place, so that rows of different columns compare."""
    if isinstance(node.parent, exp.In | exp.Values):
        return node
    fields = [part for place, value in enumerate(node.expressions, 1) for part in (f"v{place}", value)]
    return call("NAMED_STRUCT", *fields)


FUNCTIONS: dict[str, Callable[..., exp.Expr]] = {
    "MD5_NUMBER_LOWER": _md5_number_lower,
    "LIST_SUM": _list_sum,
    "LIST_POSITION": lambda elements, wanted: call("NULLIF", call("ARRAY_POSITION", elements, wanted), 0),
    "HASH": lambda *values: call("XXHASH64", *values),
    "ARG_MAX_NULL": lambda value, key: call("MAX_BY", value, key),
    "ARG_MIN_NULL": lambda value, key: call("MIN_BY", value, key),
    "TO_HOURS": lambda hours: call("MAKE_DT_INTERVAL", 0, hours),
}
EXPRESSIONS: dict[type[exp.Expr], Callable[[Any], exp.Expr]] = {
    exp.DayOfWeekIso: lambda node: exp.paren(
        exp.Add(this=call("WEEKDAY", node.this), expression=exp.convert(1))
    ),
    exp.RegexpFullMatch: lambda node: call("RLIKE", node.this, f"^(?:{_java(node.expression).this})$"),
    exp.RegexpExtractAll: lambda node: call("REGEXP_EXTRACT_ALL", node.this, _java(node.expression), 0),
    exp.RegexpReplace: lambda node: call(
        "REGEXP_REPLACE", node.this, _java(node.expression), node.args["replacement"]
    ),
    exp.ToDays: lambda node: call("MAKE_DT_INTERVAL", node.this),
    exp.Window: _numbered,
    exp.UnixToTime: lambda node: call("UNIX_MILLIS", node.this),
    exp.JSONObject: _json,
    exp.FromJson: _from_json,
    exp.Tuple: _row,
}
