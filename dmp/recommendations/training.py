"""What the ranker learns from: the candidates of past cuts and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.features import candidate_features
from dmp.recommendations.lists import filtered
from dmp.recommendations.ranking import MINIMUM_PEOPLE
from dmp.recommendations.recipe import CHANNELS, FILTERS

# Keys are hashes, so the smallest of them are a fair sample of people.
_PEOPLE_PER_CUT = 1500
# Share of the candidates without any outcome that are learnt from: more of them cost time and are hardly better.
_UNTOUCHED_SHARE = 0.2
BOUGHT, CARTED, VIEWED = 3, 2, 1


@dataclass(frozen=True)
class TrainingRows:
    """Candidates of one or more cuts: features, label (0..3), the list (a person on a cut) and the weight of each."""

    features: pd.DataFrame
    label: np.ndarray
    group: np.ndarray
    weight: np.ndarray

    @property
    def list_count(self) -> int:
        """Number of lists with something to find in them."""
        return len(np.unique(self.group[self.label > 0]))

    @property
    def content_hash(self) -> str:
        """SHA-256 of names and values."""
        content = sha256(repr(list(self.features.columns)).encode())
        for part in (self.features.to_numpy(), self.label, self.group, self.weight):
            content.update(np.ascontiguousarray(part).tobytes())
        return content.hexdigest()


def training_rows(
    context: Context, outcomes: pd.DataFrame, clicks: pd.DataFrame | None = None
) -> TrainingRows:
    """Return candidates of people who consented and did something after the cut, labelled by what they did.

    `outcomes`: user_key, item_key, purchase_count, cart_count, view_count of the cut's window. `clicks`: user_key,
    item_key, weight of what was found through logged lists; all else weighs 1.
    """
    consented = context.people.loc[context.people["is_consented"], "user_key"]
    active = np.sort(outcomes.loc[outcomes["user_key"].isin(consented), "user_key"].unique())
    buyers = np.intersect1d(active, outcomes.loc[outcomes["purchase_count"] > 0, "user_key"].unique())
    people = buyers if len(buyers) >= MINIMUM_PEOPLE else active
    table = pd.DataFrame({"user_key": people[:_PEOPLE_PER_CUT]})
    past = [rule for rule in FILTERS if rule.has_history]
    candidates, _ = filtered(context, recall_candidates(context, table, CHANNELS), past)
    label = labels(context, candidates, outcomes)
    is_sampled = np.random.default_rng(0).random(len(label)) < _UNTOUCHED_SHARE
    has_outcome = candidates["user_key"].isin(candidates.loc[label > 0, "user_key"]).to_numpy()
    is_kept = has_outcome & (is_sampled | (label > 0))
    candidates, label = candidates[is_kept], label[is_kept]
    weight = np.where(label > 0, weights(context, candidates, clicks), 1.0)
    group = candidates["user_key"].to_numpy()
    return TrainingRows(candidate_features(context, candidates), label, group, weight)


def weights(context: Context, candidates: pd.DataFrame, clicks: pd.DataFrame | None) -> np.ndarray:
    """Return the weight of each candidate, 1 where no logged list led to it."""
    if clicks is None or clicks.empty:
        return np.ones(len(candidates))
    weighed = pd.Series(clicks["weight"].to_numpy(), index=context.codes(clicks))
    return weighed.reindex(context.codes(candidates)).fillna(1).to_numpy()


def labels(context: Context, candidates: pd.DataFrame, outcomes: pd.DataFrame) -> np.ndarray:
    """Grade each candidate by what followed: 3 bought, 2 carted or marked, 1 looked at, 0 nothing."""
    followed = outcomes[outcomes["user_key"].isin(candidates["user_key"])]
    grade = np.where(followed["cart_count"] > 0, CARTED, VIEWED)
    grade = np.where(followed["purchase_count"] > 0, BOUGHT, grade)
    graded = pd.Series(grade, index=context.codes(followed))
    return graded.reindex(context.codes(candidates)).fillna(0).to_numpy(dtype=np.int32)


def joined(parts: list[TrainingRows]) -> TrainingRows:
    """Put the cuts together. Where enough lists end in a purchase, only purchases count; else the weaker
    signs too.
    """
    parts = [part for part in parts if len(part.label)]
    if not parts:
        empty = np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64), np.empty(0)
        return TrainingRows(pd.DataFrame(), *empty)
    label = np.concatenate([part.label for part in parts])
    starts = [np.r_[True, part.group[1:] != part.group[:-1]] for part in parts]
    group = np.cumsum(np.concatenate(starts))
    if len(np.unique(group[label == BOUGHT])) >= MINIMUM_PEOPLE:
        label = np.where(label == BOUGHT, BOUGHT, 0).astype(np.int32)
    features = pd.concat([part.features for part in parts], ignore_index=True)
    return TrainingRows(features, label, group, np.concatenate([part.weight for part in parts]))
