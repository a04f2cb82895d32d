"""Candidates of people whom the ranker has not learnt from, buyers or not: what probabilities are learnt from."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from dmp.recommendations.candidates import recall_candidates
from dmp.recommendations.context import Context
from dmp.recommendations.features import candidate_features
from dmp.recommendations.lists import filtered
from dmp.recommendations.ordering import among
from dmp.recommendations.recipe import CHANNELS, FILTERS

_ONE_IN = 5
_MOST_PEOPLE = 1000


@dataclass(frozen=True)
class HeldOut:
    """One row per candidate: what the ranker sees of it, and whether the person bought it in the window."""

    features: pd.DataFrame
    is_bought: np.ndarray

    @property
    def content_hash(self) -> str:
        """SHA-256 of names and values."""
        content = sha256(repr(list(self.features.columns)).encode())
        for part in (self.features.to_numpy(), self.is_bought):
            content.update(np.ascontiguousarray(part).tobytes())
        return content.hexdigest()


def is_apart(user_keys: np.ndarray) -> np.ndarray:
    """Return who is held out of the ranker's newest cut: one in five, by key, the same ones on every day."""
    return user_keys.astype(np.uint64) % np.uint64(_ONE_IN) == 0


def known_people(context: Context) -> np.ndarray:
    """Return the keys of those with consent and with facts on the cut."""
    people = context.people
    is_known = people["is_consented"].to_numpy(dtype=bool) & people["user_recency_days"].notna().to_numpy()
    return people.loc[is_known, "user_key"].to_numpy()


def sampled_candidates(context: Context, user_keys: np.ndarray) -> pd.DataFrame:
    """Return what rules with a past leave of the candidates of up to a thousand people: keys are a fair sample."""
    people = pd.DataFrame({"user_key": user_keys[:_MOST_PEOPLE]})
    past = [rule for rule in FILTERS if rule.has_history]
    candidates, _ = filtered(context, recall_candidates(context, people, CHANNELS), past)
    return candidates


def bought(context: Context, candidates: pd.DataFrame, outcomes: pd.DataFrame) -> np.ndarray:
    """Return whether each candidate was bought in the window of `outcomes`."""
    purchases = outcomes[(outcomes["purchase_count"] > 0) & outcomes["user_key"].isin(candidates["user_key"])]
    return among(context.codes(candidates), np.sort(context.codes(purchases)))


def held_out(context: Context, outcomes: pd.DataFrame) -> HeldOut:
    """Return the candidates of the people who are apart on this cut, and what they bought of them."""
    known = known_people(context)
    candidates = sampled_candidates(context, known[is_apart(known)])
    return HeldOut(candidate_features(context, candidates), bought(context, candidates, outcomes))
