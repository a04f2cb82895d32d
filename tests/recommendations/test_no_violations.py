"""No list holds what a rule forbids: a home's lists, and those of the small shop day after day, by their raw rows."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd
import pytest
from repeat_shop import AS_OF_DATE, FIRST_DATE, user_key
from strict_rules import STRICT

from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import context_as_known
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.recipe import CHANNELS
from dmp.settings import Home, Settings

LENGTH = 8
# A day takes a third of a second: every fourth, and each of the last week.
NUMBERS = [*range(0, 94, 4), *range(94, 101)]
DAYS = [FIRST_DATE + timedelta(days=number) for number in NUMBERS]


@pytest.fixture(scope="module")
def logged(activity: pd.DataFrame) -> pd.DataFrame:
    return activity.assign(item=activity["item_id"].str[-2:].astype(int))


def forbidden(logged: pd.DataFrame, day: date) -> pd.DataFrame:
    """One row per (user_key, item) that facts up to `day` forbid, whoever the person is."""
    known = logged[logged["event_date"] <= day].copy()
    known["age"] = known["event_date"].map(lambda event_date: (day - event_date).days)
    keys = ["user_key", "item"]
    bought = known[known["purchase_count"] > 0]
    owned = bought.loc[bought["item"] % 10 == 4, keys]
    recent = known[known["age"] < STRICT.seen_without_effect.days].groupby(keys)
    sums = recent[["view_count", "cart_count", "purchase_count"]].sum().reset_index()
    # A look is logged as shown and as looked at.
    seen = sums.loc[(2 * sums["view_count"] >= 3) & (sums["cart_count"] + sums["purchase_count"] == 0), keys]
    days = recent["event_date"].nunique().reset_index()
    shown = days.loc[days["event_date"] >= 2, keys]
    dismissed = known.loc[known["dismiss_count"] > 0, [*keys, "event_date"]]
    again = dismissed.merge(bought, on=keys, suffixes=("", "_bought"))
    again = again.loc[again["event_date_bought"] > again["event_date"], keys]
    refused = pd.concat([dismissed[keys], again]).drop_duplicates(keep=False)
    buyers = bought.groupby("user_key")["item"].nunique()
    dear = pd.DataFrame({"user_key": buyers.index[buyers >= 3]}).merge(
        pd.DataFrame({"item": range(9, 60, 10)}), how="cross"
    )
    # The lists of a day are read on the next one.
    closed = [5] * (day >= date(2024, 4, 10)) + [6] * (day < date(2024, 4, 11))
    everyone = pd.DataFrame({"user_key": [user_key(number) for number in range(120)]})
    closed_rows = everyone.merge(pd.DataFrame({"item": closed}), how="cross")
    return pd.concat([owned, seen, shown, refused, dear, closed_rows]).drop_duplicates()


def forbidden_to_persons() -> pd.DataFrame:
    """One row per (user_key, item) that the person's age, region or consent, or the stock, forbids on any day."""
    rows = []
    for number in range(120):
        age = None if number % 3 == 0 else 15 + number % 30
        rows += [(number, 1)]
        rows += [(number, 2)] if age is None or age < 18 else []
        rows += [(number, 3)] if ["North", "South", None][number % 3] != "South" else []
        rows += [(number, item) for item in range(10, 20)] if number % 2 else []
    return pd.DataFrame([(user_key(number), item) for number, item in rows], columns=["user_key", "item"])


def test_no_list_of_any_person_holds_what_a_rule_forbids_on_that_day(
    connection: duckdb.DuckDBPyConnection, logged: pd.DataFrame
) -> None:
    of_persons = forbidden_to_persons()
    assert DAYS[-1] == AS_OF_DATE
    listed_count = forbidden_count = 0
    for day in DAYS:
        context = context_as_known(connection, day, day, settings=Settings(list_rules=STRICT))
        recalled = recall_candidates(context, context.people[["user_key"]], CHANNELS)
        ranked, _ = ranked_candidates(context, recalled, None, is_served=True)
        listed = ranked.loc[ranked["recommendation_rank"] <= LENGTH, ["user_key", "item_key"]]
        not_allowed = pd.concat([of_persons, forbidden(logged, day)])
        held = listed.merge(not_allowed, left_on=["user_key", "item_key"], right_on=["user_key", "item"])
        assert held.empty, (day, held)
        listed_count += len(listed)
        forbidden_count += len(not_allowed)
    assert min(listed_count, forbidden_count) > 5_000


# What the default bounds forbid, in the words of SQL.
FORBIDDEN_BY_FACTS = """
WITH own AS (
    SELECT
        user_key, item_id,
        max(event_date) FILTER (purchase_count > 0) AS bought_on,
        max(event_date) FILTER (dismiss_count > 0) AS dismissed_on
    FROM profiles.user_item_activity, (SELECT as_of_date FROM intermediate.int_cuts WHERE is_served) AS served
    WHERE landed_date <= as_of_date AND known_from <= as_of_date AND as_of_date < known_to
        AND event_date <= as_of_date
    GROUP BY user_key, item_id
)
SELECT
    count(*) FILTER (item.stock_quantity < 1) AS out_of_stock,
    count(*) FILTER (item.min_age IS NOT NULL AND coalesce(person.age, 0) < item.min_age) AS below_age,
    count(*) FILTER (
        len(item.blocked_regions) > 0
        AND (person.region IS NULL OR list_contains(item.blocked_regions, person.region))
    ) AS blocked_region,
    count(*) FILTER (NOT item.is_consumable AND own.bought_on IS NOT NULL) AS already_owned,
    count(*) FILTER (
        own.dismissed_on IS NOT NULL AND coalesce(own.bought_on <= own.dismissed_on, true)
    ) AS refused,
    count(*) FILTER (
        NOT person.is_consented_personalisation AND list.channels <> ['popular_lately']
    ) AS without_consent
FROM {candidates} AS list
INNER JOIN profiles.item_profiles AS item USING (item_id)
INNER JOIN profiles.user_profiles AS person USING (user_key)
LEFT JOIN own USING (user_key, item_id)
"""
FATES = "(SELECT *, [rule] AS channels FROM recommendations.recommendation_fates WHERE stage = 'filter')"


def test_no_list_of_a_home_holds_what_a_rule_forbids_though_much_was_recalled(shop_home: Home) -> None:
    with duckdb.connect(str(shop_home.warehouse), read_only=True) as warehouse:
        listed, removed = (
            warehouse.execute(FORBIDDEN_BY_FACTS.format(candidates=candidates)).df().iloc[0]
            for candidates in ("recommendations.recommendations", FATES)
        )
    assert (listed == 0).all(), listed.to_dict()
    assert (removed > 0).all(), removed.to_dict()
