from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pytest
from few_people import context_of

from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import heads, recommendation_metrics
from dmp.recommendations.judged_outcome import CART, PURCHASE, VIEW, JudgedOutcome, strongest_outcome

DAY = date(2024, 6, 30)


@pytest.mark.parametrize(
    ("counts", "landed_date", "outcome"),
    [
        ((1, 0, 0), DAY, PURCHASE),
        ((0, 1, 0), DAY, CART),
        ((0, 0, 1), DAY, CART),
        ((0, 0, 0), DAY, VIEW),
        ((1, 1, 1), date(2024, 7, 1), PURCHASE),
    ],
)
def test_lists_are_judged_by_the_strongest_outcome_that_has_landed(
    counts: tuple[int, int, int], landed_date: date, outcome: JudgedOutcome
) -> None:
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA profiles")
    connection.execute(
        """CREATE TABLE profiles.user_item_activity AS
        SELECT $1::BIGINT AS purchase_count, $2::BIGINT AS cart_count, $3::BIGINT AS favourite_count,
            $4::DATE AS landed_date""",
        [*counts, landed_date],
    )
    assert strongest_outcome(connection, DAY) == outcome


def test_a_log_of_views_is_judged_by_views_and_what_was_seen_is_not_new() -> None:
    plain = context_of([(1, 0, 5), (2, 1, 3)], 3, is_bought=False)
    pairs = plain.pairs.assign(view_count=1)
    context = Context(
        plain.cut,
        plain.items.assign(viewers_life=[1, 1, 0]),
        pairs,
        plain.days,
        plain.people,
        judged_outcome=VIEW,
    )
    outcomes = pd.DataFrame(
        {"user_key": [1, 1, 2], "item_key": [0, 2, 2], "purchase_count": 0, "cart_count": 0, "view_count": 1}
    ).assign(is_known=True)
    lists = pd.DataFrame({"user_key": [1, 1, 2], "item_key": [0, 2, 2], "list_rank": [1, 2, 1]})
    metrics = recommendation_metrics(context, {"one": heads(context, lists)}, outcomes, 1)
    known = metrics[metrics["population"] == "known_buyers"].set_index("metric")
    assert known["population_count"].eq(2).all()
    names = [
        "ndcg_at_10",
        "recall_at_10",
        "ndcg_at_10_new_items",
        "ndcg_at_10_repeated_items",
        "ndcg_at_10_cold_items",
    ]
    np.testing.assert_array_equal(known.loc[names, "value"], 1)
