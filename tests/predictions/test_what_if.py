import numpy as np
import pandas as pd

from dmp.predictions.scores import score
from dmp.predictions.targets import TARGETS
from dmp.predictions.what_if import ACTIONS, order, smallest_changes, visit

METRICS = pd.DataFrame(
    {
        "user_key": [1, 2],
        "recency_days": [4, 0],
        "purchase_recency_days": [10.0, np.nan],
        "order_count_30d": [1, 0],
        "order_count_life": [3, 0],
        "purchase_day_count_life": [2, 0],
        "view_count_7d": [0, 5],
        "active_day_count_30d": [2, 3],
        "purchase_amount_life": [90.0, 0.0],
        "average_order_amount_life": [30.0, np.nan],
        "tenure_days": [50, 7],
    }
)


def test_a_visit_today_is_counted_in_every_window_and_as_a_new_day_only_once():
    after = visit(METRICS)
    assert after["view_count_7d"].tolist() == [1, 6]
    assert after["active_day_count_30d"].tolist() == [3, 3]
    assert after["recency_days"].tolist() == [0, 0]
    assert after["order_count_life"].equals(METRICS["order_count_life"])


def test_an_order_today_ends_the_pause_and_costs_what_the_person_usually_spends():
    after = order(METRICS)
    assert after["purchase_recency_days"].tolist() == [0, 0]
    assert after["order_count_30d"].tolist() == [2, 1]
    assert after["purchase_amount_life"].tolist() == [120.0, 30.0]
    assert after["tenure_days"].equals(METRICS["tenure_days"])


def test_the_named_action_moves_the_band_and_every_smaller_one_does_not(champion, today):
    scores = score(champion, today, TARGETS[0])
    changes = smallest_changes(champion, today, scores, is_absence=False)
    assert len(changes)
    edges = scores.groupby("score_band")["score"].min()
    people = today.set_index("user_key", drop=False)
    names = list(ACTIONS)
    for row in changes.itertuples():
        person = people.loc[[row.user_key]]
        assert row.score_after >= edges[row.band_after] > row.score
        for smaller in names[: names.index(row.action)]:
            assert champion.blend.predict(ACTIONS[smaller](person))[0] < edges[row.band_after]
