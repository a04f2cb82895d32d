"""The plan of campaigns: when, where, for what, for how many. What exposures do is in `exposures`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.categories import TOP_NAMES

CAMPAIGN_CHANNELS = ("email", "display", "social")
DAYS_BETWEEN = 8


@dataclass(frozen=True)
class Campaigns:
    """One entry per campaign in every array; campaign number = position."""

    start_day: np.ndarray
    length: np.ndarray
    channel: np.ndarray
    top: np.ndarray
    audience_share: np.ndarray


def draw_campaigns(rng: np.random.Generator, days: int) -> Campaigns:
    """Draw a campaign about every eight days; e-mail campaigns take one day, the others up to five."""
    start = np.arange(min(3, days - 1), days, DAYS_BETWEEN)
    channel = rng.choice(3, len(start), p=(0.45, 0.35, 0.2))
    return Campaigns(
        start_day=np.minimum(start + rng.integers(0, 4, len(start)), days - 1),
        length=np.where(channel == 0, 1, rng.integers(2, 6, len(start))),
        channel=channel,
        top=rng.integers(0, len(TOP_NAMES), len(start)),
        audience_share=rng.uniform(0.15, 0.5, len(start)),
    )
