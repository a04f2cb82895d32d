"""Writing decisions about people into the landing folder: they are facts like all others, and survive a rebuild."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from dmp.identity.components import STRENGTH
from dmp.identity.decisions import MERGE, SPLIT, UNDO, Decision
from dmp.identity.folding import fold
from dmp.identity.touched import know, read_decisions
from dmp.published import Published, published
from dmp.published_names import id_of, identifier_ids, key_of
from dmp.settings import DmpError, Home
from dmp.warehouse import connect

SOURCE = "identity_decisions"
NUMBERED = re.compile(r"d(\d+)")
OWNERS_NOW = """
SELECT identifier_key, user_key FROM profiles.identity_map_history SEMI JOIN touched USING (identifier_key)
WHERE known_to = DATE '9999-12-31'
"""


@dataclass(frozen=True)
class Proposal:
    """A decision that has not landed yet: its id, the landed day it will count from, and its pairs of identifiers.

    An undo names the pairs of what it takes back, so that it goes with them when one of them is erased.
    """

    decision_id: str
    decision: str
    reason: str
    landed_date: date
    pairs: tuple[tuple[str, str], ...]
    undone_decision_id: str | None = None

    @property
    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines of its file, one for each pair."""
        for number, (one, other) in enumerate(self.pairs, start=1):
            yield {
                "decision_id": self.decision_id,
                "line_number": number,
                "decision": self.decision,
                "identifier_id": one,
                "other_identifier_id": other,
                "undone_decision_id": self.undone_decision_id,
                "reason": self.reason,
                # A landed day counts as delivered at its end.
                "decided_at": f"{self.landed_date}T23:59:59Z",
            }


def find_identifier(build: Published, home: Home, named: str) -> dict[str, Any]:
    """Return identifier_id, identifier_type and user_id of the one identifier that goes by a name.

    Raises DmpError where there is not exactly one.
    """
    found = build.rows(
        "identity_map",
        "SELECT identifier_id, identifier_type, user_id FROM identity_map WHERE list_contains(?, identifier_id)"
        " ORDER BY identifier_id",
        identifier_ids(home, named),
    )
    if not found:
        raise DmpError(f"no identifier in build {build.build['build_id']} goes by '{named}'")
    if len(found) > 1:
        ids = ", ".join(f"{row['identifier_id']} ({row['identifier_type']})" for row in found)
        raise DmpError(f"'{named}' names {len(found)} identifiers: use one of {ids}")
    return found[0]


def propose_merge(home: Home, one: str, other: str, reason: str) -> Proposal:
    """Return the decision that two people are one. Raises DmpError where they are already."""
    with published(home) as build:
        users = [find_identifier(build, home, named)["user_id"] for named in (one, other)]
        if users[0] == users[1]:
            raise DmpError(f"'{one}' and '{other}' are one person already: {users[0]}")
        return _proposal(home, build, MERGE, reason, pairs=((users[0], users[1]),))


def propose_split(home: Home, identifier: str, user: str, reason: str) -> Proposal:
    """Return the decision that an identifier is not a person's. Raises DmpError where it is not, or is all of them.

    It is kept apart from the person's other identifiers of the best type: its own follow it where their own
    evidence is stronger.
    """
    with published(home) as build:
        taken, person = find_identifier(build, home, identifier), find_identifier(build, home, user)
        others = build.rows(
            "identity_map",
            "SELECT identifier_id, identifier_type FROM identity_map WHERE user_id = ? AND identifier_id <> ?"
            " ORDER BY identifier_id",
            person["user_id"],
            taken["identifier_id"],
        )
        if taken["user_id"] != person["user_id"]:
            raise DmpError(f"'{identifier}' belongs to {taken['user_id']}, not to {person['user_id']}")
        if not others:
            raise DmpError(f"'{identifier}' is all that {person['user_id']} is known by")
        best = min(STRENGTH.index(row["identifier_type"]) for row in others)
        pairs = [
            (taken["identifier_id"], row["identifier_id"])
            for row in others
            if STRENGTH.index(row["identifier_type"]) == best
        ]
        return _proposal(home, build, SPLIT, reason, pairs=tuple(pairs))


def propose_undo(home: Home, decision_id: str, reason: str) -> Proposal:
    """Return the decision that an earlier one no longer holds. Raises DmpError where there is no such decision."""
    pairs = tuple(
        (line["identifier_id"], line["other_identifier_id"])
        for line in _landed_lines(home)
        if line["decision_id"] == decision_id
    )
    if not pairs:
        raise DmpError(f"{home.landing / SOURCE} holds no decision '{decision_id}'")
    with published(home) as build:
        return _proposal(home, build, UNDO, reason, pairs=pairs, undone_decision_id=decision_id)


def _proposal(home: Home, build: Published, decision: str, reason: str, **names: Any) -> Proposal:
    # Not the number of decisions: those about erased people are gone.
    numbers = (NUMBERED.fullmatch(line["decision_id"]) for line in _landed_lines(home))
    number = 1 + max((int(found[1]) for found in numbers if found), default=0)
    landed_date = date.fromisoformat(build.build["as_of_date"])
    return Proposal(f"d{number:04d}", decision, reason, landed_date, **names)


def _landed_lines(home: Home) -> list[dict[str, Any]]:
    paths = sorted((home.landing / SOURCE).glob("*/decisions.*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def land(home: Home, proposal: Proposal) -> Path:
    """Write a decision's file, under a name that begins with a dot until it is whole; return its path."""
    folder = home.landing / SOURCE / str(proposal.landed_date)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"decisions.{proposal.decision_id}.jsonl"
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text("".join(f"{json.dumps(line)}\n" for line in proposal.lines), encoding="utf-8")
    unfinished.rename(path)
    return path


def changes_of(home: Home, proposal: Proposal) -> list[dict[str, Any]]:
    """Return what a decision would change: a row per identifier with its user_id now and then."""
    day = proposal.landed_date
    decided = [
        Decision(
            line["decision_id"],
            line["decision"],
            day,
            line["identifier_id"] and key_of(line["identifier_id"]),
            line["other_identifier_id"] and key_of(line["other_identifier_id"]),
            line["undone_decision_id"],
        )
        for line in proposal.lines
    ]
    with connect(home, home.settings(), read_only=True) as connection:
        earlier = read_decisions(connection, day)
        then, days = know(connection, day, day, [*earlier, *decided])
        now = dict(connection.execute(OWNERS_NOW).fetchall())
        fold(then, days, day)
    return [
        {
            "identifier_id": id_of(key),
            "identifier_type": then.types[key],
            "user_id": id_of(now[key]) if key in now else None,
            "user_id_then": id_of(user),
        }
        for key, user in sorted(then.users.items())
        if now.get(key) != user
    ]
