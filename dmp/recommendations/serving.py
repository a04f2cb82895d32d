"""Lists for everyone with a profile, and what became of every candidate that is not listed."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.explanation import item_names, reasons
from dmp.recommendations.lists import ranked_candidates
from dmp.recommendations.model import Ranker
from dmp.recommendations.recipe import CHANNELS, FILTERS
from dmp.recommendations.removals import judged
from dmp.recommendations.score_parts import score_parts
from dmp.settings import Settings

# People served at once: up to half a million candidates with their features, about 400 MB.
BLOCK_OF_PEOPLE = 1000

LISTED = {
    "as_of_date": "object", "user_key": "int64", "user_id": "str", "item_id": "str", "item_name": "str",
    "recommendation_rank": "int32", "score": "float64", "probability": "float64", "margin": "float64",
    "attraction": "float64", "value": "float64", "channels": "object", "reason": "str", "reason_zh": "str",
    "parts": "str", "policy": "str",
}  # fmt: skip
FATES = {
    "as_of_date": "object", "user_key": "int64", "item_id": "str", "stage": "str", "rule": "str",
    "detail": "str", "score": "float64", "value": "float64", "would_be_rank": "Int64", "further_rules": "str",
}  # fmt: skip


VALUE_PARTS = ["probability", "margin", "attraction", "value"]


def serve(
    context: Context, as_of_date: date, ranker: Ranker, settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables `recommendations` and `recommendation_fates`, both sorted by person.

    Each recalled (person, item) is in exactly one of them, once.
    """
    served = context.people.loc[context.people["is_served"].to_numpy(dtype=bool), ["user_key"]]
    listed, fates = (
        [pd.DataFrame(columns=list(LISTED)).astype(LISTED)],
        [pd.DataFrame(columns=list(FATES)).astype(FATES)],
    )
    explained = served["user_key"].to_numpy()[: settings.explained_people]
    for start in range(0, len(served), BLOCK_OF_PEOPLE):
        people = served.iloc[start : start + BLOCK_OF_PEOPLE]
        recalled = recall_candidates(context, people, CHANNELS)
        ranked, removed = ranked_candidates(context, recalled, ranker.learnt, is_served=True)
        is_listed = (ranked["recommendation_rank"] <= settings.list_length).to_numpy()
        if is_listed.any():
            rows = ranked[is_listed].reset_index(drop=True)
            parts = score_parts(context, rows, ranker.learnt, explained)
            policy = "blend" if ranker.learnt is None else "ranker"
            listed.append(recommendation_rows(context, rows, parts, policy, as_of_date))
        removed = judged(context, recalled, ranked, removed, ranker=ranker.learnt, filters=FILTERS)
        fates.append(fate_rows(context, ranked[~is_listed], removed, as_of_date))
    tables = [[part for part in parts if len(part)] or parts[:1] for parts in (listed, fates)]
    return pd.concat(tables[0], ignore_index=True), pd.concat(tables[1], ignore_index=True)


def recommendation_rows(
    context: Context, listed: pd.DataFrame, parts: list[str], policy: str, as_of_date: date
) -> pd.DataFrame:
    """Return one row per listed item in the columns of LISTED; `policy` chose the lists that are personal."""
    items = context.items.iloc[listed["item_key"].to_numpy()].reset_index(drop=True)
    people = context.people.iloc[context.positions(listed["user_key"].to_numpy())].reset_index(drop=True)
    told = reasons(context, listed)
    names = np.array([channel.name for channel in CHANNELS], dtype=object)
    proposed = listed[[f"{name}_rank" for name in names]].notna().to_numpy()
    return pd.DataFrame(
        {
            "as_of_date": as_of_date,
            "user_key": listed["user_key"],
            "user_id": people["user_id"],
            "item_id": items["item_id"],
            "item_name": item_names(items),
            "recommendation_rank": listed["recommendation_rank"],
            "score": listed["score"],
            **{name: listed[name] for name in VALUE_PARTS},
            "channels": [list(names[row]) for row in proposed],
            "reason": told["en"],
            "reason_zh": told["zh"],
            "parts": parts,
            "policy": np.where(context.is_personal(listed["user_key"].to_numpy()), policy, "popular"),
        }
    ).astype(LISTED)


def fate_rows(
    context: Context, unlisted: pd.DataFrame, removed: pd.DataFrame, as_of_date: date
) -> pd.DataFrame:
    """Return one row per candidate that a filter removed or that ranked below the list, in the columns of
    FATES.
    """
    fell = unlisted["rerank_rule"].notna().to_numpy()
    below = unlisted[["user_key", "item_key", "score", "value"]].assign(further_rules=None)
    below["stage"] = _texts(["rank", "rerank"], fell.astype(np.int64))
    below["rule"] = unlisted["rerank_rule"].where(fell, "below_list") if fell.any() else "below_list"
    below["detail"] = _rank_texts(unlisted["score_rank"].to_numpy(), fell)
    below["would_be_rank"] = unlisted["score_rank"].astype("Int64")
    fates = pd.concat([removed.assign(stage="filter"), below], ignore_index=True)
    fates = fates.iloc[np.argsort(context.codes(fates))].reset_index(drop=True)
    fates["item_id"] = context.items["item_id"].array.take(fates["item_key"].to_numpy())
    return fates.assign(as_of_date=as_of_date)[list(FATES)].astype(FATES)


def _rank_texts(ranks: np.ndarray, fell: np.ndarray) -> pd.api.extensions.ExtensionArray:
    most = int(ranks.max(initial=0))
    texts = [f"rank {rank}{tail}" for tail in ("", " by score alone") for rank in range(most + 1)]
    return _texts(texts, ranks + fell * (most + 1))


def _texts(texts: list[str], places: np.ndarray) -> pd.api.extensions.ExtensionArray:
    """Return the text at each place: millions of texts are cut from a few, none is made twice."""
    return pd.array(texts, dtype="str").take(places)
