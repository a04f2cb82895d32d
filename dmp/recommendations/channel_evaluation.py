"""What each recall channel brings: how much of what people bought it proposed, and how much nobody else did."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.evaluation import owned

RECALL_DEPTH = 200
ALL_CHANNELS = "all_channels"
COLUMNS = {
    "channel": "str", "quota": "int64", "proposed_count": "float64", "recall_at_200": "float64",
    "found_share": "float64", "found_new_share": "float64", "found_alone_share": "float64",
    "evaluation_cut": "object", "window_days": "int64", "population_count": "int64",
}  # fmt: skip


def recommendation_channels(
    context: Context, recalled: pd.DataFrame, outcomes: pd.DataFrame, quotas: dict[str, int], window_days: int
) -> pd.DataFrame:
    """Return one row per channel, and one for all of them together (`all_channels`), over buyers known by the cut.

    `recalled`: their candidates; `outcomes`: what followed. proposed_count: candidates a person; recall_at_200: share
    of what a person bought among the 200 candidates that the channel scores highest, mean over people (of all
    channels: among all candidates); found_share: share of all that was bought that it proposes; found_new_share: of
    items that the person had not bought before; found_alone_share: what it proposes and no other channel does.
    """
    bought = outcomes[(outcomes["purchase_count"] > 0) & outcomes["is_known"]]
    bought_count = bought.groupby("user_key").size()
    candidates = recalled[recalled["user_key"].isin(bought_count.index)]
    is_hit = np.isin(context.codes(candidates), context.codes(bought))
    is_new_hit = is_hit & ~owned(context, candidates)
    new_count = int((~owned(context, bought)).sum())
    proposed = candidates[[f"{name}_rank" for name in quotas]].notna().to_numpy()
    columns: dict[str, tuple[np.ndarray, np.ndarray]] = {
        name: (proposed[:, place], proposed[:, place] & (proposed.sum(axis=1) == 1))
        for place, name in enumerate(quotas)
    }
    any_proposed = np.asarray(proposed.any(axis=1))
    columns[ALL_CHANNELS] = (any_proposed, any_proposed)
    rows = []
    for name, (is_proposed, is_alone) in columns.items():
        best = candidates if name == ALL_CHANNELS else candidates[candidates[f"{name}_place"] <= RECALL_DEPTH]
        hits = best[np.isin(context.codes(best), context.codes(bought))].groupby("user_key").size()
        recall = (hits.reindex(bought_count.index).fillna(0) / bought_count).mean() if len(bought) else 0.0
        rows.append(
            (
                name,
                quotas.get(name, sum(quotas.values())),
                is_proposed.sum() / max(1, len(bought_count)),
                recall,
                (is_proposed & is_hit).sum() / max(1, len(bought)),
                (is_proposed & is_new_hit).sum() / max(1, new_count),
                (is_alone & is_hit).sum() / max(1, len(bought)),
                context.cut,
                window_days,
                len(bought_count),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)
