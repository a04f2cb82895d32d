"""Bots: programs that fetch hundreds of pages an hour and buy nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from dmp.world.browsing import IMPRESSION, PAGE_VIEW, SEARCH, VIEW
from dmp.world.devices import COOKIES_PER_DEVICE
from dmp.world.history import first_moment
from dmp.world.state import World

EVENTS_PER_HOUR = (240, 480)
HOUR = 3_600_000  # milliseconds


def bot_count(per_thousand: float, people: int) -> int:
    """Return how many bots visit a world: at least one where any are wanted."""
    return max(round(per_thousand * people / 1000), 1) if per_thousand > 0 else 0


def add_bots(
    rng: np.random.Generator, world: World, events: pd.DataFrame, bots: int, first_date: date
) -> pd.DataFrame:
    """Return people's events followed by those of bots, with `is_bot`: people's keep their numbers.

    Bot b is person people + b with device devices + b; each is seen on one or two days, for an hour.
    """
    days = rng.integers(0, world.days, (bots, 2)).ravel()
    bot = np.repeat(np.arange(bots), 2)
    counts = rng.integers(*EVENTS_PER_HOUR, len(bot))
    start = rng.integers(0, 20 * HOUR, len(bot))
    row = np.repeat(np.arange(len(bot)), counts)
    size = len(row)
    kind = rng.choice((PAGE_VIEW, VIEW, SEARCH, IMPRESSION), size, p=(0.2, 0.5, 0.05, 0.25))
    device = len(world.devices.kind) + bot[row]
    on_sale = np.flatnonzero(world.catalogue.launch_day == 0)
    item = on_sale[rng.integers(0, len(on_sale), size)]
    of_bots = pd.DataFrame(
        {
            "day": days[row],
            "offset": start[row] + (rng.random(size) * HOUR).astype(np.int64),
            "kind": kind,
            "person": world.people.count + bot[row],
            "device": device,
            "cookie": device * COOKIES_PER_DEVICE,
            "channel": 0,
            "campaign": -1,
            "item": np.where((kind == VIEW) | (kind == IMPRESSION), item, -1),
            "leaf": np.where(kind == SEARCH, world.catalogue.leaf[item], -1),
            "position": np.where(kind == IMPRESSION, 1, 0),
            "is_logged_in": False,
        }
    )
    of_bots = of_bots.sort_values(["day", "offset", "person", "kind", "item"])
    of_bots["moment"] = first_moment(first_date) + of_bots["day"] * 24 * HOUR + of_bots["offset"]
    return pd.concat([events.assign(is_bot=False), of_bots.assign(is_bot=True)], ignore_index=True)
