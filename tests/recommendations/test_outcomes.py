from datetime import date

import pandas as pd
import pytest
from repeat_shop import shop, user_key

from dmp.recommendations import facts
from dmp.recommendations.context import context_as_known
from dmp.recommendations.outcomes import outcomes_after

CUT, LATER = date(2024, 2, 4), date(2024, 2, 18)


def events(*rows: tuple[int, str, date, date]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["user_key", "item_id", "event_date", "landed_date"])
    return table.assign(purchase_count=1, view_count=1, cart_count=0, dismiss_count=0)


def test_an_event_that_landed_after_the_cut_is_neither_known_on_it_nor_its_outcome() -> None:
    late = events((user_key(1), "item05", date(2024, 2, 1), date(2024, 2, 6)))
    connection = shop(late)
    facts.know(connection, CUT)
    assert facts.pairs(connection).empty
    assert outcomes_after(connection, CUT, LATER, LATER).empty


def test_a_merge_after_the_cut_gives_the_outcome_to_the_person_known_on_the_cut() -> None:
    before = (user_key(9), "item05", date(2024, 2, 1), date(2024, 2, 1))
    after = (user_key(1), "item06", date(2024, 2, 10), date(2024, 2, 10))
    connection = shop(events(before, after))
    connection.execute(
        "UPDATE profiles.identity_map_history SET known_to = DATE '2024-02-08' WHERE identifier_key = $key",
        {"key": user_key(9)},
    )
    connection.execute(
        """INSERT INTO profiles.identity_map_history VALUES
        ($key, $merged, DATE '2024-02-08', DATE '9999-12-31')""",
        {"key": user_key(9), "merged": user_key(1)},
    )
    context = context_as_known(connection, CUT, LATER)
    outcomes = outcomes_after(connection, CUT, LATER, LATER)
    assert outcomes["user_key"].tolist() == [user_key(9)]
    assert outcomes["is_known"].all()
    served = context.people.set_index("user_key")
    assert served.loc[user_key(9), "user_id"] == "u001"
    assert not served.loc[user_key(9), "is_served"]


def test_a_stranger_to_the_cut_keeps_their_later_key() -> None:
    connection = shop(events((user_key(1), "item06", date(2024, 2, 10), date(2024, 2, 10))))
    facts.know(connection, CUT)
    outcomes = outcomes_after(connection, CUT, LATER, LATER)
    assert outcomes["user_key"].tolist() == [user_key(1)]
    assert not outcomes["is_known"].any()


@pytest.mark.parametrize(("days", "expected"), [(0, 1.0), (90, 0.5)])
def test_a_habit_halves_in_ninety_days(days: int, expected: float) -> None:
    day = date.fromordinal(date(2024, 4, 10).toordinal() - days)
    connection = shop(events((user_key(1), "item06", day, day)))
    facts.know(connection, date(2024, 4, 10))
    assert facts.pairs(connection)["habit"].tolist() == [expected]
