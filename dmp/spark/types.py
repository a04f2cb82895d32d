"""Types of expressions in DuckDB that sqlglot does not know, or knows otherwise."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

Type = exp.DataType.Type
# Functions whose value is one that their first argument had.
CHOOSING = {"ARG_MAX_NULL", "ARG_MIN_NULL"}
WHOLE_NUMBERS = exp.DataType.INTEGER_TYPES
FUNCTIONS = {
    "MD5_NUMBER_LOWER": Type.UBIGINT,
    "GENERATE_SUBSCRIPTS": Type.BIGINT,
    "LIST_POSITION": Type.INT,
    "LIST_SUM": Type.INT128,
    "HASH": Type.UBIGINT,
    "TO_HOURS": Type.INTERVAL,
}


def kind_of(expression: exp.Expr | None) -> exp.DType:
    """Return the kind of type that an annotated expression has, UNKNOWN without one."""
    while isinstance(expression, exp.Paren):
        expression = expression.this
    if expression is None or expression.type is None:
        return Type.UNKNOWN
    return expression.type.this


def annotated(tree: exp.Expr, schema: MappingSchema) -> exp.Expr:
    """Return the tree with the type of every expression."""
    return annotate_types(tree, schema=schema, dialect="duckdb", expression_metadata=_METADATA)


def _sum(annotator: Any, node: exp.Expr) -> exp.Expr:
    """Days between dates are a number; a date and a number are a date."""
    _KNOWN[type(node)]["annotator"](annotator, node)
    sides = {kind_of(node.this), kind_of(node.expression)}
    if sides == {Type.DATE}:
        return annotator._set_type(node, Type.BIGINT)
    if Type.DATE in sides and sides & WHOLE_NUMBERS:
        return annotator._set_type(node, Type.DATE)
    return node


def _function(annotator: Any, node: exp.Expr) -> exp.Expr:
    if node.name.upper() in CHOOSING:
        return annotator._set_type(node, node.expressions[0].type)
    return annotator._set_type(node, FUNCTIONS.get(node.name.upper(), Type.UNKNOWN))


def _list_of_elements(annotator: Any, node: exp.Expr) -> exp.Expr:
    return annotator._set_type(node, exp.DataType.build("ARRAY"))


_KNOWN: Any = DuckDB.EXPRESSION_METADATA
_METADATA: Any = {
    **_KNOWN,
    exp.Sub: {"annotator": _sum},
    exp.Add: {"annotator": _sum},
    exp.Div: {"returns": Type.DOUBLE},
    exp.Anonymous: {"annotator": _function},
    exp.ArrayFilter: {"annotator": _list_of_elements},
    exp.Transform: {"annotator": _list_of_elements},
}
