"""How far an item that no channel proposed to a person was from being proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dmp.recommendations.candidates import proposals
from dmp.recommendations.context import Context
from dmp.recommendations.recipe import Channel


@dataclass(frozen=True)
class RecallGap:
    """An item's score and place in a channel (None without a score), and the score that the last proposal needed."""

    channel: str
    quota: int
    score: float
    needed_score: float
    channel_rank: int | None

    @property
    def lacked_share(self) -> float:
        """Which share of the needed score the item lacks."""
        return 1 - self.score / self.needed_score if self.needed_score > 0 else 0.0


def nearest_channel(
    context: Context, user_key: int, item_key: int, channels: Sequence[Channel]
) -> RecallGap | None:
    """Return the channel in which the item lacks the least, as a share of what its last proposal scores.

    Where no channel gives it any score, that is the first that looks at nobody's own facts: what everyone is offered. A
    channel that proposes nothing to the person is none to compare with; None where that is all of them.
    """
    gaps = [gap for channel in channels if (gap := _gap(context, user_key, item_key, channel))]
    return min(gaps, key=lambda gap: (gap.lacked_share, is_personal(channels, gap.channel)), default=None)


def is_personal(channels: Sequence[Channel], name: str) -> bool:
    """Whether a channel looks at the person's own facts."""
    return next(channel.is_personal for channel in channels if channel.name == name)


def _gap(context: Context, user_key: int, item_key: int, channel: Channel) -> RecallGap | None:
    every = proposals(context, np.array([user_key]), channel, len(context.items))
    if every.empty:
        return None
    within = every[every["channel_rank"] <= channel.quota]
    # A list that is not full takes any score.
    needed = float(within["channel_score"].iloc[-1])
    own = every[every["item_key"] == item_key]
    if own.empty:
        return RecallGap(channel.name, channel.quota, 0.0, needed, None)
    row = own.iloc[0]
    return RecallGap(
        channel.name, channel.quota, float(row["channel_score"]), needed, int(row["channel_rank"])
    )
