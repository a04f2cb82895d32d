"""The map of people, day by day: who joins whom, since when, and what never does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from dmp.identity.components import Identifier, Link
from dmp.identity.decisions import Decision, Decisions
from dmp.identity.folding import Change, Day, Known, fold
from dmp.identity.rules import Rule, Rules

RULES = Rules(
    [
        Rule("shared_browser", "anonymous", "login", 1),
        Rule("shared_device", "device", "login", 1),
        Rule("borrowed_browser", "anonymous", "shared_device", 0),
        Rule("crowded_login", "login", "", 6),
        Rule("crowded_person", "person", "", 9),
    ]
)
# Identifiers of these tests by the size of their key: logins below 10, browsers below 100, then devices.
KINDS = ((10, "login"), (100, "anonymous"), (1000, "device"))


def day(number: int) -> date:
    return date(2024, 1, 1) + timedelta(days=number - 1)


def days_of(
    links: dict[int, list[tuple[int, int]]], seen: dict[int, list[int]] | None = None
) -> dict[date, Day]:
    """Return what each day tells first: its links, and the identifiers that it names first."""
    known: set[int] = set()
    told: set[tuple[int, int]] = set()
    days = {}
    for number in sorted({*links, *(seen or {})}):
        pairs = [pair for pair in links.get(number, []) if pair not in told]
        named = sorted({end for pair in pairs for end in pair} | set((seen or {}).get(number, []))) or []
        identifiers = [
            Identifier(key, next(kind for below, kind in KINDS if key < below), day(number), number)
            for key in named
            if key not in known
        ]
        days[day(number)] = Day(identifiers, [Link(*pair, day(number), number) for pair in pairs])
        known |= set(named)
        told |= set(pairs)
    return days


def folded(
    days: dict[date, Day], decisions: Iterable[Decision] = ()
) -> tuple[list[Change], dict[int, int], set[str]]:
    known = Known(RULES, Decisions(decisions))
    changes, hits = fold(known, days)
    return changes, known.users, {hit.rule for _, hit in hits}


def test_a_browser_becomes_the_person_who_logs_in_and_names_them() -> None:
    changes, users, _ = folded(days_of({3: [(1, 20)]}, {1: [20]}))
    assert changes == [Change(20, 20, day(1)), Change(1, 20, day(3))]
    assert users == {20: 20, 1: 20}


def test_a_browser_with_a_second_login_is_shared_and_belongs_to_nobody_else() -> None:
    changes, users, hits = folded(days_of({1: [(1, 20)], 5: [(2, 20)], 6: [(1, 20)]}))
    assert Change(20, 1, day(1)) in changes
    assert [change for change in changes if change.known_from == day(5)] == [
        Change(2, 2, day(5)),
        Change(20, 20, day(5)),
    ]
    assert users == {1: 1, 2: 2, 20: 20}
    assert hits == {"shared_browser"}


def test_the_earliest_identifier_names_the_person_for_good() -> None:
    changes, users, _ = folded(days_of({1: [(1, 20)], 2: [(1, 21)], 3: [(1, 22)]}))
    assert set(users.values()) == {1}
    assert {change.user for change in changes} == {1}


def test_browsers_on_one_device_are_one_person_until_two_people_log_in_on_it() -> None:
    days = days_of(
        {1: [(20, 200)], 2: [(21, 200), (1, 21)], 3: [(2, 200), (1, 200)], 4: [(22, 200), (1, 22)]}
    )
    changes, users, hits = folded(days)
    assert {change.identifier: change.user for change in changes if change.known_from <= day(2)} == {
        20: 20,
        200: 20,
        21: 20,
        1: 20,
    }
    assert users == {20: 20, 200: 200, 21: 21, 22: 22, 1: 1, 2: 2}
    assert hits == {"shared_device", "borrowed_browser"}


def test_a_device_names_nobody_who_has_a_browser() -> None:
    _, users, _ = folded(days_of({2: [(20, 200)]}, {1: [200]}))
    assert users == {20: 20, 200: 20}


def test_an_identifier_over_its_limit_joins_nobody() -> None:
    _, users, hits = folded(days_of({1: [(1, 20 + number) for number in range(7)]}))
    assert users == {key: key for key in users}
    assert hits == {"crowded_login"}


def test_a_person_over_the_limit_keeps_who_was_there_first() -> None:
    chain = {number: [(one, other)] for number, (one, other) in enumerate(pairwise(range(200, 212)), start=1)}
    _, users, hits = folded(days_of(chain))
    assert sum(user == 200 for user in users.values()) == 9
    assert hits == {"crowded_person"}


MERGE = Decision("d1", "merge", day(2), 1, 2)
SPLIT = Decision("d2", "split", day(2), 20, 1)
TWO_PEOPLE = {1: [(1, 20), (2, 21)]}


def test_a_merge_joins_two_people_and_its_undoing_parts_them_again() -> None:
    before = folded(days_of(TWO_PEOPLE))[1]
    assert len(set(folded(days_of(TWO_PEOPLE), [MERGE])[1].values())) == 1
    assert (
        folded(days_of(TWO_PEOPLE), [MERGE, Decision("d3", "undo", day(4), undone_decision_id="d1")])[1]
        == before
    )
    again = [MERGE, Decision("d3", "undo", day(4), undone_decision_id="d1")]
    again.append(Decision("d4", "undo", day(5), undone_decision_id="d3"))
    assert len(set(folded(days_of(TWO_PEOPLE), again)[1].values())) == 1


def test_a_split_holds_against_new_evidence_and_its_undoing_brings_the_identifier_back() -> None:
    days = days_of({1: [(1, 20), (1, 21)], 3: [(20, 200), (1, 200)]})
    users = folded(days, [SPLIT])[1]
    assert users[20] != users[1] == users[21]
    undone = [SPLIT, Decision("d3", "undo", day(4), undone_decision_id="d2")]
    assert folded(days, undone)[1] == folded(days)[1]


def test_two_undoings_that_name_each_other_end() -> None:
    loop = [
        Decision("a", "undo", day(2), undone_decision_id="b"),
        Decision("b", "undo", day(2), undone_decision_id="a"),
    ]
    assert Decisions(loop).in_force(day(3)) == (frozenset(), frozenset())


def random_days(seed: int) -> tuple[dict[date, Day], list[Decision]]:
    rng = np.random.default_rng(seed)
    links: dict[int, list[tuple[int, int]]] = {}
    for _ in range(60):
        one, other = sorted((int(rng.choice(9) + 1), int(rng.choice([10, 200]) + rng.integers(0, 25))))
        if rng.random() < 0.4:
            one, other = int(10 + rng.integers(0, 25)), int(200 + rng.integers(0, 25))
        links.setdefault(int(rng.integers(1, 13)), []).append((one, other))
    keys = sorted({end for pairs in links.values() for pair in pairs for end in pair})
    decisions = [
        Decision(
            f"d{number}", str(rng.choice(["merge", "split"])), day(int(rng.integers(1, 13))), *map(int, pair)
        )
        for number, pair in enumerate(rng.choice(keys, (3, 2), replace=False))
    ]
    decisions.append(Decision("u", "undo", day(12), undone_decision_id="d0"))
    return days_of(links), decisions


@pytest.mark.parametrize("seed", range(25))
def test_what_a_day_touches_is_all_that_it_can_change(seed: int) -> None:
    """After each day the map equals one worked out from everything known by then at once."""
    days, decisions = random_days(seed)
    known = Known(RULES, Decisions(decisions))
    everything = Day()
    for today in [day(number) for number in range(1, 13)]:
        new = days.get(today, Day())
        known.decisions = Decisions([one for one in decisions if one.landed_date <= today])
        everything = Day(everything.identifiers + new.identifiers, everything.links + new.links)
        fold(known, {today: new}, today)
        whole = Known(RULES, Decisions([one for one in decisions if one.landed_date <= today]))
        whole.learn(everything)
        whole.quarantine(whole.identifiers)
        whole.decide(today)
        assert known.users == whole.people(set(whole.identifiers))[0]


@pytest.mark.parametrize("seed", range(10))
def test_links_in_any_order_of_a_day_give_the_same_changes(seed: int) -> None:
    days, decisions = random_days(seed)
    turned = {
        today: Day(
            told.identifiers[::-1],
            [Link(link.other, link.one, today, link.first_microsecond) for link in told.links[::-1]],
        )
        for today, told in days.items()
    }
    assert folded(days, decisions) == folded(turned, decisions[::-1])
