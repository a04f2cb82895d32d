from datetime import timedelta

import numpy as np
import pandas as pd
from repeat_shop import AS_OF_DATE, shop, user_key

from dmp.recommendations.context import Context, context_as_known
from dmp.recommendations.recipe import CHANNELS

LEARNED_ON = AS_OF_DATE - timedelta(days=14)
ASKED = np.sort([user_key(number) for number in range(5)])


def scores(activity: pd.DataFrame, *, has_gap: bool) -> dict[str, np.ndarray]:
    """Return what each channel scores for the asked on the last day."""
    connection = shop(activity)
    learnt_on = context_as_known(connection, LEARNED_ON, AS_OF_DATE) if has_gap else None
    context: Context = context_as_known(connection, AS_OF_DATE, AS_OF_DATE, learnt_on=learnt_on)
    return {channel.name: channel.scores(context, ASKED) for channel in CHANNELS}


def test_what_others_did_after_learning_ended_changes_no_score_and_what_one_did_does(
    activity: pd.DataFrame,
) -> None:
    is_late = pd.to_datetime(activity["event_date"]) > pd.Timestamp(LEARNED_ON)
    is_own = activity["user_key"].isin(ASKED)
    whole, alone = (scores(rows, has_gap=True) for rows in (activity, activity[~is_late | is_own]))
    for name, values in whole.items():
        np.testing.assert_array_equal(values, alone[name], err_msg=name)
    without_own = scores(activity[~is_late | ~is_own], has_gap=True)
    learned_late = scores(activity, has_gap=False)
    for name in ("linear_autoencoder", "next_items", "session", "similar_people", "term_weighted_neighbours"):
        assert not np.array_equal(whole[name], without_own[name]), name
        assert not np.array_equal(whole[name], learned_late[name]), name
