"""What DuckDB takes from the types of its operands and Spark says by another function: dates, quotients, lists.

Every rule here takes a tree in which names are resolved and types are annotated, and changes it in place.
"""

from __future__ import annotations

from sqlglot import exp

from dmp.spark.reading import UntranslatableError, rewritten
from dmp.spark.types import WHOLE_NUMBERS, Type, kind_of
from dmp.spark.words import call


def put_types_to_work(tree: exp.Expr) -> exp.Expr:
    """Return the tree with every expression whose meaning hangs on types written as Spark means it."""
    for rule in RULES:
        tree = rewritten(tree, rule)
    return tree


def _dates(node: exp.Expr) -> exp.Expr:
    """Days between dates are a number; a number of days may be of any whole type."""
    if not isinstance(node, exp.Add | exp.Sub):
        return node
    left, right = node.this, node.expression
    if isinstance(node, exp.Add) and kind_of(left) in WHOLE_NUMBERS and kind_of(right) == Type.DATE:
        left, right = right, left
    if kind_of(left) == Type.DATE and kind_of(right) == Type.DATE:
        found: exp.Expr = exp.cast(call("DATEDIFF", left, right), "BIGINT")
    elif kind_of(left) == Type.DATE and kind_of(right) in WHOLE_NUMBERS:
        found = call("DATE_ADD" if isinstance(node, exp.Add) else "DATE_SUB", left, exp.cast(right, "INT"))
    elif Type.UNKNOWN in {kind_of(left), kind_of(right)} and Type.DATE in {kind_of(left), kind_of(right)}:
        raise UntranslatableError(f"of what type is one side of {node.sql('duckdb')}?")
    else:
        return node
    found.type = node.type
    return found


def _divisions(node: exp.Expr) -> exp.Expr:
    """A quotient is a DOUBLE, of money too."""
    if isinstance(node, exp.Div) and not node.args.get("is_written"):
        node.set("this", exp.cast(exp.paren(node.this), "DOUBLE"))
        node.set("expression", exp.cast(exp.paren(node.expression), "DOUBLE"))
        node.set("typed", False)
        node.set("safe", False)
        node.set("is_written", True)
    return node


def _clocks(node: exp.Expr) -> exp.Expr:
    """A moment at a zone is the time on its clocks; a time at a zone is the moment."""
    if isinstance(node, exp.AtTimeZone):
        if kind_of(node.this) in {Type.TIMESTAMPTZ, Type.TIMESTAMPLTZ}:
            wall = exp.cast(node.this, "TIMESTAMP")
            return call("CONVERT_TIMEZONE", exp.Literal.string("UTC"), node.args["zone"], wall)
        if kind_of(node.this) in {Type.DATE, Type.TIMESTAMP, Type.TIMESTAMPNTZ}:
            wall = exp.cast(exp.cast(node.this, "TIMESTAMP"), "TIMESTAMPTZ")
            return call("TO_UTC_TIMESTAMP", wall, node.args["zone"])
        raise UntranslatableError(f"of what type is {node.this.sql('duckdb')}?")
    if isinstance(node, exp.DateDiff) and node.text("unit").upper() == "SECOND":
        return exp.Paren(
            this=exp.Sub(
                this=call("UNIX_SECONDS", node.this), expression=call("UNIX_SECONDS", node.expression)
            )
        )
    return node


def _lists(node: exp.Expr) -> exp.Expr:
    """A place outside of a list holds NULL; the last element is at -1."""
    if isinstance(node, exp.Length) and (
        kind_of(node.this) == Type.ARRAY or isinstance(node.this, exp.Array)
    ):
        return call("SIZE", node.this)
    if not isinstance(node, exp.Bracket):
        return node
    (place,) = node.expressions
    if isinstance(place, exp.Slice):
        first, last = place.this, place.expression
        length = exp.Add(
            this=exp.Sub(this=exp.paren(last), expression=exp.paren(first.copy())), expression=exp.convert(1)
        )
        return call("SLICE", node.this, first, exp.cast(call("GREATEST", length, exp.convert(0)), "INT"))
    return call("TRY_ELEMENT_AT", node.this, exp.cast(place, "INT"))


def _fields(order: exp.Order) -> list[exp.Expr]:
    """The keys of an order as values that ascend."""
    keys: list[exp.Expr] = []
    for key in order.expressions:
        if key.args.get("desc"):
            if kind_of(key.this) not in WHOLE_NUMBERS | {Type.DOUBLE, Type.DECIMAL}:
                raise UntranslatableError(f"descending order inside an aggregate: {order.sql('duckdb')}")
            keys.append(exp.Neg(this=exp.paren(key.this.copy())))
        else:
            keys.append(key.this.copy())
    return keys


def _filtered(aggregate: exp.Expr, condition: exp.Expr | None) -> exp.Expr:
    return (
        exp.Filter(this=aggregate, expression=exp.Where(this=condition))
        if condition is not None
        else aggregate
    )


def _present(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))


def _ordered_aggregates(node: exp.Expr) -> exp.Expr:
    """Aggregates with an order inside: the value beside the least or greatest key, or a sorted list."""
    given = node.expression.this if isinstance(node, exp.Filter) else None
    inner = node.this if isinstance(node, exp.Filter | exp.IgnoreNulls) else node
    inner = inner.this if isinstance(inner, exp.IgnoreNulls) else inner
    if (
        isinstance(node.parent, exp.Filter | exp.IgnoreNulls)
        or not isinstance(inner, exp.AnyValue | exp.First | exp.Last | exp.ArrayAgg)
        or not isinstance(inner.this, exp.Order)
    ):
        return node
    order = inner.this
    value, keys = order.this, _fields(order)
    if isinstance(inner, exp.ArrayAgg):
        return _sorted_list(value, keys, given)
    if isinstance(inner, exp.AnyValue):
        given = _present(value) if given is None else exp.and_(given, _present(value))
    key = keys[0] if len(keys) == 1 else exp.Tuple(expressions=keys)
    return _filtered(call("MAX_BY" if isinstance(inner, exp.Last) else "MIN_BY", value, key), given)


def _sorted_list(value: exp.Expr, keys: list[exp.Expr], given: exp.Expr | None) -> exp.Expr:
    if isinstance(value, exp.Distinct):
        (value,) = value.expressions
        return call("ARRAY_SORT", _filtered(call("COLLECT_SET", value), given))
    if keys == [value]:
        found = call("ARRAY_SORT", _filtered(call("COLLECT_LIST", value), given))
    else:
        collected = _filtered(call("COLLECT_LIST", exp.Tuple(expressions=[*keys, value])), given)
        field = exp.Var(this=f"element -> element.v{len(keys) + 1}")
        found = call("TRANSFORM", call("ARRAY_SORT", collected), field)
    if given is None:
        return found
    # A list of nothing is NULL.
    return exp.case().when(exp.GT(this=call("SIZE", found), expression=exp.convert(0)), found.copy())


def _extremes(node: exp.Expr) -> exp.Expr:
    """The value beside an extreme is one that is there, as in DuckDB."""
    given = node.expression.this if isinstance(node, exp.Filter) else None
    inner = node.this if isinstance(node, exp.Filter) else node
    if isinstance(node.parent, exp.Filter) or not isinstance(inner, exp.ArgMax | exp.ArgMin):
        return node
    name = "MAX_BY" if isinstance(inner, exp.ArgMax) else "MIN_BY"
    condition = _present(inner.this) if given is None else exp.and_(given, _present(inner.this))
    return _filtered(call(name, inner.this, inner.expression), condition)


def _roundings(node: exp.Expr) -> exp.Expr:
    """A number of decimals that differs from row to row: rounded as DuckDB rounds a DOUBLE."""
    places = node.args.get("decimals") if isinstance(node, exp.Round) else None
    if not isinstance(places, exp.Column):
        return node
    power = call("POW", exp.convert(10), places)
    rounded = call("ROUND", exp.Mul(this=exp.cast(node.this, "DOUBLE"), expression=power))
    return exp.paren(exp.Div(this=rounded, expression=power.copy()))


def _bits(node: exp.Expr) -> exp.Expr:
    """A number's bits as a signed number."""
    if isinstance(node, exp.BitwiseRightShift):
        return call("SHIFTRIGHTUNSIGNED", node.this, exp.cast(node.expression, "INT"))
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Cast) and node.this.to.this == Type.BIT:
        number = node.this.this
        if isinstance(number, exp.Unhex):
            return exp.cast(call("CONV", number.this, exp.convert(16), exp.convert(-10)), "BIGINT")
        return number
    return node


RULES = (_dates, _divisions, _clocks, _lists, _ordered_aggregates, _extremes, _bits, _roundings)
