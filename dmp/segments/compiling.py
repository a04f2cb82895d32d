"""Rules as SQL: one truth value per person over the wide columns, the reason in words, and what moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlglot import exp

from dmp.segments.measures import Measure, measure_of, tag_days, tag_score
from dmp.segments.rules import Rule, Version
from dmp.segments.tree import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    EventCondition,
    FieldCondition,
    Leaf,
    Not,
    ScoreCondition,
    SegmentCondition,
    TagCondition,
    leaves,
)

ORDER = {
    "is": exp.EQ,
    "is_not": exp.NEQ,
    "at_least": exp.GTE,
    "at_most": exp.LTE,
    "more_than": exp.GT,
    "less_than": exp.LT,
}
# From here on DuckDB writes a DOUBLE with an exponent.
WHOLE_BELOW = 10**16


@dataclass(frozen=True)
class Side:
    """One row of the wide relation inside a query: which columns hold its measures, and the day that its rules are of.

    prefix: in front of each column's name; day: the column with the day, None for the rules of now.
    """

    rules: Mapping[str, Rule]
    columns: Mapping[Measure, str]
    prefix: str = ""
    day: str | None = None

    def member(self, rule: Rule) -> exp.Expr:
        """Return whether the person is in a segment, by the version of its rule that holds on the day."""
        return by_version(rule, self.day, lambda version: self.truth(version.who))

    def truth(self, condition: Condition) -> exp.Expr:
        """Return a condition as SQL that is true or false: what is unknown does not hold."""
        if isinstance(condition, AllOf):
            return exp.paren(exp.and_(*map(self.truth, condition.parts)))
        if isinstance(condition, AnyOf):
            return exp.paren(exp.or_(*map(self.truth, condition.parts)))
        if isinstance(condition, Not):
            return exp.not_(exp.paren(self.truth(condition.part)))
        if isinstance(condition, SegmentCondition):
            return exp.paren(self.member(self.rules[condition.segment]))
        return exp.func("coalesce", self._holds(condition), exp.false())

    def _holds(self, leaf: Leaf) -> exp.Expr:
        if isinstance(leaf, TagCondition):
            wanted: list[exp.Expr] = [_is_known(self.value(leaf))]
            if leaf.min_score:
                wanted.append(self.column(tag_score(leaf)) >= exp.convert(leaf.min_score))
            if leaf.held_days:
                wanted.append(self.column(tag_days(leaf)) >= exp.convert(leaf.held_days))
            return exp.paren(exp.and_(*wanted))
        assert isinstance(leaf, FieldCondition | ScoreCondition | EventCondition)  # noqa: S101 - the rest of Leaf
        return exp.paren(_compared(self.value(leaf), leaf.comparison))

    def value(self, leaf: Leaf) -> exp.Expr:
        """Return what a condition looks at; of a segment, whether the person is in it."""
        measure = measure_of(leaf)
        if measure is None:
            assert isinstance(leaf, SegmentCondition)  # noqa: S101 - only segments measure nothing
            return self.truth(leaf)
        return self.column(measure)

    def column(self, measure: Measure) -> exp.Expr:
        """Return the column of a measure."""
        return exp.column(f"{self.prefix}{self.columns[measure]}")

    def reason(self, condition: Condition) -> exp.Expr:
        """Return, for whoever meets a condition, its parts that held, each with the person's value, in words."""
        parts = list(self._parts(condition, is_wanted=True, is_certain=True))
        if not parts[0].is_certain:
            return _joined("concat_ws", exp.Literal.string("; "), *(part.text() for part in parts))
        # What holds for every member needs no test, and one text out of all pieces half the time of a text of texts.
        pieces = list(parts[0].pieces)
        for part in parts[1:]:
            told = replace(part, pieces=[exp.Literal.string("; "), *part.pieces])
            pieces += told.pieces if told.is_certain else [told.text()]
        return _joined("concat", *pieces)

    def _parts(self, condition: Condition, *, is_wanted: bool, is_certain: bool) -> Iterator[_Part]:
        if isinstance(condition, AllOf | AnyOf):
            are_certain = is_certain and isinstance(condition, AllOf) == is_wanted
            for part in condition.parts:
                yield from self._parts(part, is_wanted=is_wanted, is_certain=are_certain)
        elif isinstance(condition, Not):
            yield from self._parts(condition.part, is_wanted=not is_wanted, is_certain=is_certain)
        else:
            holds = self.truth(condition)
            pieces = self._evidence(condition, is_wanted)
            yield _Part(is_certain, holds if is_wanted else exp.not_(holds), pieces)

    def _evidence(self, leaf: Leaf, is_wanted: bool) -> list[exp.Expr]:
        if isinstance(leaf, SegmentCondition):
            return [exp.Literal.string(str(leaf) if is_wanted else f"not {leaf}")]
        shown = _shown(leaf, self.value(leaf))
        if not is_wanted:
            return [exp.Literal.string(f"not {leaf}: "), shown]
        if isinstance(leaf, TagCondition):
            return [exp.Literal.string(f"{leaf}: since "), shown]
        label, compared = _label(leaf), getattr(leaf, "comparison", "")
        return [exp.Literal.string(f"{label} "), shown, exp.Literal.string(f" ({compared})")]


@dataclass(frozen=True)
class _Part:
    """One condition of a reason: whether every member meets it, whether this one does, and the pieces of its text."""

    is_certain: bool
    holds: exp.Expr
    pieces: list[exp.Expr]

    def text(self) -> exp.Expr:
        return exp.Case().when(self.holds, _joined("concat", *self.pieces))


def by_version(rule: Rule, day: str | None, made: Callable[[Version], exp.Expr]) -> exp.Expr:
    """Return what is made of the version of a rule that holds on the day in a column; of the last one without a day."""
    if day is None or len(rule.versions) == 1:
        return made(rule.now)
    cases = exp.Case()
    for version in reversed(rule.versions[1:]):
        cases = cases.when(exp.column(day) >= exp.convert(version.since), made(version))
    return cases.else_(made(rule.versions[0]))


def movement(was: Side, now: Side, condition: Condition) -> exp.Expr:
    """Return the conditions that turned, each with the person's value before and after, in words."""
    texts = []
    for leaf, _ in leaves(condition):
        turned = exp.NullSafeNEQ(this=was.truth(leaf), expression=now.truth(leaf))
        text = _joined(
            "concat", exp.Literal.string(f"{_label(leaf)} "), _shown(leaf, was.value(leaf)), exp.Literal.string(" -> "),
            _shown(leaf, now.value(leaf)),
        )  # fmt: skip
        texts.append(exp.Case().when(turned, text))
    return _joined("concat_ws", exp.Literal.string("; "), *texts)


def _joined(function: str, *texts: exp.Expr) -> exp.Expr:
    """Join texts as DuckDB does: a missing one is left out (sqlglot's own nodes make the whole NULL)."""
    return exp.Anonymous(this=function, expressions=list(texts))


def _label(leaf: Leaf) -> str:
    if isinstance(leaf, EventCondition):
        return leaf.counted
    return leaf.field if isinstance(leaf, FieldCondition) else str(leaf).partition(",")[0]


def _shown(leaf: Leaf, value: exp.Expr) -> exp.Expr:
    """Return a value as text: numbers as they are read, 812.5 and not 812.5000."""
    compared = leaf.comparison.values if isinstance(leaf, FieldCondition) else (0,)
    is_number = not isinstance(leaf, TagCondition | SegmentCondition)
    if is_number and isinstance(compared[0], int | float) and not isinstance(compared[0], bool | date):
        text = _number(exp.func("round", exp.cast(value.copy(), "DOUBLE"), exp.convert(4)))
    else:
        text = exp.cast(value.copy(), "VARCHAR")
    return exp.func("coalesce", text, exp.Literal.string("unknown"))


def _number(number: exp.Expr) -> exp.Expr:
    """Return a DOUBLE as text, whole ones as such: most are, and a whole number is written three times as fast."""
    is_whole = exp.and_(
        exp.func("abs", number.copy()) < exp.convert(WHOLE_BELOW), number.eq(exp.func("trunc", number.copy()))
    )
    whole = exp.cast(exp.cast(number.copy(), "BIGINT"), "VARCHAR")
    return exp.Case().when(is_whole, whole).else_(exp.cast(number.copy(), "VARCHAR"))


def _is_known(value: exp.Expr) -> exp.Expr:
    return exp.not_(value.is_(exp.null()))


def _compared(value: exp.Expr, comparison: Comparison) -> exp.Expr:
    operator, wanted = comparison.operator, [exp.convert(entry) for entry in comparison.values]
    if operator == "is_known":
        return _is_known(value) if comparison.values[0] else value.is_(exp.null())
    if operator == "contains":
        return exp.func("list_contains", value, wanted[0])
    if operator == "between":
        return exp.Between(this=value, low=wanted[0], high=wanted[1])
    if operator in ("one_of", "none_of"):
        found = value.isin(*wanted)
        return exp.not_(found) if operator == "none_of" else found
    return ORDER[operator](this=value, expression=wanted[0])
