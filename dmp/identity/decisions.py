"""What people decided about people: merges, splits and their undoing, as facts with a landed day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

Pairs = frozenset[tuple[int, int]]
MERGE, SPLIT, UNDO = "merge", "split", "undo"


@dataclass(frozen=True)
class Decision:
    """One line of a decision: a pair of identifiers to join or to keep apart, or the decision that is undone."""

    decision_id: str
    decision: str
    landed_date: date
    one: int | None = None
    other: int | None = None
    undone_decision_id: str | None = None


class Decisions:
    """All decisions, asked by landed day."""

    def __init__(self, decisions: Iterable[Decision] = ()) -> None:
        self._decisions = list(decisions)

    @property
    def days(self) -> set[date]:
        """The landed days on which anything was decided."""
        return {decision.landed_date for decision in self._decisions}

    def in_force(self, day: date) -> tuple[Pairs, Pairs]:
        """Return the pairs joined and the pairs kept apart on a landed day; an undone undo is none."""
        known = [decision for decision in self._decisions if decision.landed_date <= day]
        undoing: dict[str, list[str]] = {}
        for decision in known:
            if decision.decision == UNDO and decision.undone_decision_id:
                undoing.setdefault(decision.undone_decision_id, []).append(decision.decision_id)

        def holds(decision_id: str, passed: frozenset[str] = frozenset()) -> bool:
            return not any(
                holds(undo, passed | {decision_id})
                for undo in undoing.get(decision_id, ())
                if undo not in passed
            )

        pairs: dict[str, set[tuple[int, int]]] = {MERGE: set(), SPLIT: set(), UNDO: set()}
        for decision in known:
            if decision.one is not None and decision.other is not None and holds(decision.decision_id):
                low, high = sorted((decision.one, decision.other))
                pairs[decision.decision].add((low, high))
        return frozenset(pairs[MERGE]), frozenset(pairs[SPLIT])
