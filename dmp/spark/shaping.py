"""Shapes of a query that Spark writes otherwise: named windows, unions by name, steps within steps, lists unnested
beside other columns.
"""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope


def plain_windows(tree: exp.Expr) -> None:
    """Write the definition of a named window where it is used."""
    for select in tree.find_all(exp.Select):
        named = {window.name: window for window in select.args.get("windows") or []}
        if not named:
            continue
        for window in list(select.find_all(exp.Window)):
            definition = named.get(window.alias)
            if definition is None or window.parent_select is not select or window in named.values():
                continue
            for part in ("partition_by", "order", "spec"):
                if definition.args.get(part) and not window.args.get(part):
                    copied = definition.args[part]
                    window.set(
                        part, [p.copy() for p in copied] if isinstance(copied, list) else copied.copy()
                    )
            window.set("alias", None)
        select.set("windows", None)


def distinct_steps(tree: exp.Expr) -> None:
    """Give every step `with name as (...)` a name of its own: Spark's text has those within others at its head too."""
    named: set[str] = set()
    renamed = {}
    for step in tree.find_all(exp.CTE):
        name, number = step.alias, 1
        while name in named:
            number += 1
            name = f"{step.alias}_{number}"
        named.add(name)
        if name != step.alias:
            renamed[id(step)] = exp.to_identifier(name, quoted=True)
    for scope in traverse_scope(tree) if renamed else []:
        for table, source in scope.selected_sources.values():
            if isinstance(source, Scope) and (new := renamed.get(id(source.expression.parent))):
                table.set("this", new.copy())
    for step in tree.find_all(exp.CTE):
        if new := renamed.get(id(step)):
            step.args["alias"].set("this", new)


def tag_unions(tree: exp.Expr) -> dict[int, exp.SetOperation]:
    """Number the unions of a tree, so that they are known again in a copy of it."""
    unions = dict(enumerate(tree.find_all(exp.SetOperation)))
    for number, union in unions.items():
        union.meta["number"] = number
    return unions


def lacking(tree: exp.Expr) -> dict[int, list[str]]:
    """Return, by the number of a union by name, the columns that only its right side has; innermost unions first."""
    found = {}
    for union in tree.find_all(exp.SetOperation):
        if union.args.get("by_name"):
            left = set(union.this.named_selects)
            if names := [name for name in union.expression.named_selects if name not in left]:
                found[union.meta["number"]] = names
    return found


def add_empty_columns(union: exp.SetOperation, names: list[str]) -> None:
    """Give the left side of a union columns without a value."""
    side = union.this
    while not isinstance(side, exp.Select):
        side = side.this
    side.set("expressions", [*side.expressions, *(exp.alias_(exp.Null(), name) for name in names)])


def unions_by_place(tree: exp.Expr) -> None:
    """Put the columns of both sides of a union by name in one order; what a side lacks is NULL there."""
    for union in reversed(list(tree.find_all(exp.SetOperation))):
        if union.args.get("by_name"):
            union.set("expression", _in_order(union.expression, union.this.named_selects))
            union.set("by_name", False)


def _in_order(query: exp.Query, names: list[str]) -> exp.Query:
    if isinstance(query, exp.Select):
        held = {selected.alias_or_name: selected for selected in query.selects}
        query.set("expressions", [held.get(name) or _empty(name) for name in names])
        return query
    held_names = set(query.named_selects)
    columns = [exp.column(name, quoted=True) if name in held_names else _empty(name) for name in names]
    return exp.select(*columns).from_(query.subquery("united"))


def _empty(name: str) -> exp.Expr:
    return exp.alias_(exp.Null(), name, quoted=True)


def kept(tree: exp.Expr) -> exp.Expr:
    """Write QUALIFY as a condition on a column of the select below: sqlglot's own way loses names."""
    for select in reversed(list(tree.find_all(exp.Select))):
        qualify = select.args.get("qualify")
        if qualify is None:
            continue
        names = select.named_selects
        inner = select.copy()
        inner.set("qualify", None)
        inner.set("with_", None)
        inner.set(
            "expressions", [*inner.expressions, exp.alias_(qualify.this.copy(), "is_kept", quoted=True)]
        )
        outer = exp.select(*(exp.column(name, table="judged", quoted=True) for name in names))
        outer = outer.from_(inner.subquery("judged")).where(
            exp.column("is_kept", table="judged", quoted=True)
        )
        outer.set("with_", select.args.get("with_"))
        if select is tree:
            tree = outer
        else:
            select.replace(outer)
    return tree


def unnested(tree: exp.Expr) -> None:
    """Take the lists that a select unnests into a LATERAL VIEW: Spark makes rows of a list in no expression."""
    for select in list(tree.find_all(exp.Select)):
        lists = _of(select, exp.Explode)
        if not lists:
            continue
        elements = lists[0].this.copy()
        if len(lists) > 1:
            elements = exp.Anonymous(this="ARRAYS_ZIP", expressions=[node.this.copy() for node in lists])
        for place, node in enumerate(lists):
            element: exp.Expr = exp.column("element", table="unnested")
            if len(lists) > 1:
                element = exp.Dot(this=element, expression=exp.to_identifier(str(place), quoted=True))
            node.replace(element)
        for node in _of(select, exp.Anonymous):
            if node.name.upper() == "GENERATE_SUBSCRIPTS":
                node.replace(
                    exp.paren(exp.Add(this=exp.column("place", table="unnested"), expression=exp.convert(1)))
                )
        view = exp.Lateral(
            this=exp.Posexplode(this=elements),
            view=True,
            alias=exp.TableAlias(
                this=exp.to_identifier("unnested"),
                columns=[exp.to_identifier("place"), exp.to_identifier("element")],
            ),
        )
        select.append("laterals", view)


def _of(select: exp.Select, kind: type[exp.Expr]) -> list[exp.Expr]:
    """Return the nodes of a kind in what a select itself returns."""
    return [
        node
        for selected in select.selects
        for node in selected.find_all(kind)
        if node.parent_select is select
    ]
