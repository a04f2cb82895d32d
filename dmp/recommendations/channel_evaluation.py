"""What each recall channel brings: how much of what people bought it proposed, and how much nobody else did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import owned
from dmp.recommendations.ordering import among

RECALL_DEPTH = 200
ALL_CHANNELS = "all_channels"
COLUMNS = {
    "channel": "str", "quota": "int64", "proposed_count": "float64", "recall_at_200": "float64",
    "found_share": "float64", "recall_of_new_items": "float64", "found_alone_share": "float64",
    "evaluation_cut": "object", "window_days": "int64", "population_count": "int64",
}  # fmt: skip


def recommendation_channels(
    context: Context, recalled: pd.DataFrame, outcomes: pd.DataFrame, quotas: dict[str, int], window_days: int
) -> pd.DataFrame:
    """Return one row per channel, and one for all of them together (`all_channels`), over buyers known by the cut.

    `recalled`: their candidates; `outcomes`: what followed. proposed_count: candidates a person; recall_at_200: share
    of what a person bought among the 200 candidates that the channel scores highest, mean over people (of all
    channels: among all candidates); found_share: share of all that was bought that it proposes; recall_of_new_items:
    share of what a person bought for the first time that it proposes, mean over people; found_alone_share: share of all
    that was bought that it proposes and no other channel does.
    """
    bought = outcomes[(outcomes["purchase_count"] > 0) & outcomes["is_known"]]
    bought_count = bought.groupby("user_key").size()
    candidates = recalled[recalled["user_key"].isin(bought_count.index)]
    is_hit = among(context.codes(candidates), np.sort(context.codes(bought)))
    is_new_hit = is_hit & ~owned(context, candidates)
    new_bought_count = bought[~owned(context, bought)].groupby("user_key").size()
    proposed = candidates[[f"{name}_rank" for name in quotas]].notna().to_numpy()
    columns: dict[str, tuple[np.ndarray, np.ndarray]] = {
        name: (proposed[:, place], proposed[:, place] & (proposed.sum(axis=1) == 1))
        for place, name in enumerate(quotas)
    }
    any_proposed = np.asarray(proposed.any(axis=1))
    columns[ALL_CHANNELS] = (any_proposed, any_proposed)
    rows = []
    for name, (is_proposed, is_alone) in columns.items():
        is_best = True if name == ALL_CHANNELS else (candidates[f"{name}_place"] <= RECALL_DEPTH).to_numpy()
        rows.append(
            (
                name,
                quotas.get(name, sum(quotas.values())),
                is_proposed.sum() / max(1, len(bought_count)),
                mean_share(candidates["user_key"][is_hit & is_best], bought_count),
                (is_proposed & is_hit).sum() / max(1, len(bought)),
                mean_share(candidates["user_key"][is_new_hit & is_proposed], new_bought_count),
                (is_alone & is_hit).sum() / max(1, len(bought)),
                context.cut,
                window_days,
                len(bought_count),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def mean_share(found: pd.Series, counts: pd.Series) -> float:
    """Return the mean over people of how much of their count was found; `found`: the person of each hit."""
    if counts.empty:
        return 0.0
    return float((found.value_counts().reindex(counts.index).fillna(0) / counts).mean())
