"""What each recall channel brings: how much of what people bought it proposed, and how much nobody else did."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class ChannelHits:
    """What the channels proposed to some people: how much each did (`all_channels` too), and what of it was bought.

    `hits`: one row per candidate that was bought: user_key, is_new, `<channel>_rank` and `<channel>_place`.
    """

    proposed: dict[str, int]
    hits: pd.DataFrame


def channel_hits(
    context: Context, recalled: pd.DataFrame, outcomes: pd.DataFrame, channels: list[str]
) -> ChannelHits:
    """Return what became of the candidates of people who were known by the cut and bought something."""
    bought = _known_purchases(context, outcomes)
    candidates = recalled[recalled["user_key"].isin(bought["user_key"])]
    ranks = candidates[[f"{name}_rank" for name in channels]].notna().to_numpy()
    proposed = dict(zip(channels, ranks.sum(axis=0).tolist(), strict=True))
    proposed[ALL_CHANNELS] = int(ranks.any(axis=1).sum())
    hits = candidates[among(context.codes(candidates), np.sort(context.codes(bought)))]
    columns = ["user_key", *(f"{name}_{part}" for name in channels for part in ("rank", "place"))]
    return ChannelHits(proposed, hits[columns].assign(is_new=~owned(context, hits)))


def recommendation_channels(
    context: Context,
    parts: list[ChannelHits],
    outcomes: pd.DataFrame,
    quotas: dict[str, int],
    window_days: int,
) -> pd.DataFrame:
    """Return one row per channel, and one for all of them together (`all_channels`), over buyers known by the cut.

    `parts`: the hits of all their candidates; `outcomes`: what followed. proposed_count: candidates a person;
    recall_at_200: share of what a person bought among the 200 candidates that the channel scores highest, mean over
    people (of all channels: among all candidates); found_share: share of all that was bought that it proposes;
    recall_of_new_items: share of what a person bought for the first time that it proposes, mean over people;
    found_alone_share: share of all that was bought that it proposes and no other channel does.
    """
    bought = _known_purchases(context, outcomes)
    bought_count = bought.groupby("user_key").size()
    new_bought_count = bought[~owned(context, bought)].groupby("user_key").size()
    hits = pd.concat([part.hits for part in parts], ignore_index=True)
    is_by = {name: hits[f"{name}_rank"].notna() for name in quotas}
    by_count = sum(is_by.values(), pd.Series(0, index=hits.index))
    is_by[ALL_CHANNELS] = by_count > 0
    rows = []
    for name, is_proposed in is_by.items():
        is_best = hits.index >= 0 if name == ALL_CHANNELS else hits[f"{name}_place"] <= RECALL_DEPTH
        is_alone = is_proposed if name == ALL_CHANNELS else is_proposed & (by_count == 1)
        rows.append(
            (
                name,
                quotas.get(name, sum(quotas.values())),
                sum(part.proposed[name] for part in parts) / max(1, len(bought_count)),
                mean_share(hits["user_key"][is_best], bought_count),
                is_proposed.sum() / max(1, len(bought)),
                mean_share(hits["user_key"][is_proposed & hits["is_new"]], new_bought_count),
                is_alone.sum() / max(1, len(bought)),
                context.cut,
                window_days,
                len(bought_count),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _known_purchases(context: Context, outcomes: pd.DataFrame) -> pd.DataFrame:
    return context.judged_outcome.reached(outcomes[outcomes["is_known"]])


def mean_share(found: pd.Series, counts: pd.Series) -> float:
    """Return the mean over people of how much of their count was found; `found`: the person of each hit."""
    if counts.empty:
        return 0.0
    return float((found.value_counts().reindex(counts.index).fillna(0) / counts).mean())
