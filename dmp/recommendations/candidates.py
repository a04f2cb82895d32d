"""Merge what the channels propose into one row per (person, item)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.recipe import Channel


def recall_candidates(context: Context, people: pd.DataFrame, channels: Sequence[Channel]) -> pd.DataFrame:
    """Return user_key, item_key (sorted, each pair once) and `<channel>_score`, `<channel>_rank` (missing
    where absent).
    """
    proposals = {channel.name: channel.recall(context, people, channel.quota) for channel in channels}
    codes = {name: context.codes(proposal) for name, proposal in proposals.items()}
    union = np.sort(np.concatenate([*codes.values(), np.empty(0, dtype=np.int64)]))
    # Sorted by hand: numpy's unique hashes integers, which takes five times as long here.
    union = union[np.diff(union, prepend=-1) > 0]
    columns: dict[str, np.ndarray] = {
        "user_key": context.user_keys[union // max(1, len(context.items))],
        "item_key": (union % max(1, len(context.items))).astype(np.int32),
    }
    for name, proposal in proposals.items():
        places = np.searchsorted(union, codes[name])
        for kind in ("score", "rank"):
            column = np.full(len(union), np.nan, dtype=np.float32)
            column[places] = proposal[f"channel_{kind}"]
            columns[f"{name}_{kind}"] = column
    return pd.DataFrame(columns)
