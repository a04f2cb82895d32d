"""How far from being proposed an item was that no channel proposed."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from repeat_shop import COLD, user_key

from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.recall_gap import nearest_channel
from dmp.recommendations.recipe import CHANNELS

# So few places that the small shop's items do not all find one.
NARROW = tuple(replace(channel, quota=4) for channel in CHANNELS)


@pytest.mark.parametrize("number", [0, 7, 50, COLD])
def test_what_no_channel_proposed_lacks_score_in_every_channel_and_least_in_the_nearest(
    context: Context, number: int
) -> None:
    key = user_key(number)
    recalled = recall_candidates(context, pd.DataFrame({"user_key": [key]}), NARROW)
    unrecalled = sorted(set(range(len(context.items))) - set(recalled["item_key"]))
    assert unrecalled
    for item_key in unrecalled[::5]:
        gap = nearest_channel(context, key, item_key, NARROW)
        assert gap is not None
        assert gap.channel_rank is None or gap.channel_rank > gap.quota
        assert gap.score <= gap.needed_score
        each = [nearest_channel(context, key, item_key, [channel]) for channel in NARROW]
        assert gap.lacked_share == min(one.lacked_share for one in each if one)


def test_what_nobody_knows_is_compared_with_what_everyone_is_offered(context: Context) -> None:
    gap = nearest_channel(context, user_key(COLD), 1, [NARROW[0], NARROW[-1]])
    assert gap is not None
    assert gap.channel == "popular_lately"


def test_where_no_channel_proposes_anything_there_is_no_nearest(context: Context) -> None:
    assert nearest_channel(context, user_key(COLD), 0, NARROW[:1]) is None
