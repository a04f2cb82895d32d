"""In which order people turned to items."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Acts of a person that are looked at, the latest ones. An act is an item on a day, however often.
LENGTH = 64
NOTHING = -1


def latest_acts(days: pd.DataFrame, users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Return users x 2 x LENGTH integers: numbers of items, the latest last, and how many active days ago that was.

    `days`: user_key, event_date, item_id, each once; who is not of the sorted `users` is left out, so is what is not
    of the sorted `items`. A person's last active day is 0, the one before it 1. In front of fewer acts stands NOTHING.
    Items of one day have no order: they stand in that of their ids.
    """
    found = np.full((len(users), 2, LENGTH), NOTHING, dtype=np.int32)
    days = days[days["item_id"].isin(items) & days["user_key"].isin(users)]
    days = days.sort_values(["user_key", "event_date", "item_id"])
    if days.empty:
        return found
    person = np.searchsorted(users, days["user_key"])
    day = days.groupby(["user_key", "event_date"]).ngroup().to_numpy()
    first = np.searchsorted(person, np.arange(len(users) + 1))
    end = first[person + 1] - 1
    place = LENGTH - 1 - (end - np.arange(len(days)))
    is_kept = place >= 0
    acts = np.stack([np.searchsorted(items, days["item_id"].to_numpy(object)), day[end] - day])
    found[person[is_kept], :, place[is_kept]] = acts[:, is_kept].T
    return found
