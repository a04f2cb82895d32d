"""Importance weights of a log under another policy, and when they are too thin to say anything.

Only weights and their support belong here; what is estimated with them is in `off_policy`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dmp.experiments.contexts import few_levels, grouped

PLACE = ["placement", "position"]
LARGEST_WEIGHT = 100.0
FEWEST_IMPRESSIONS = 200
FEWEST_OUTCOMES = 10
FEWEST_EFFECTIVE = 200.0
# Share of the target's choices that the log may lack, may have made fewer than so many times in that place, or that
# clipping may take, before nothing is told. Where a fifth is thin, 95 % intervals hold the truth 93 times of 100, where
# a half is, 80 times (2,000 simulated logs of a few thousand impressions and rates from 0.5 to 10 %).
LARGEST_UNSUPPORTED = 0.01
THIN, LARGEST_THIN = 20, 0.2
LARGEST_CLIPPED = 0.05
# Weights average 1 where propensities are true; so many standard errors and so much off is no chance.
MEAN_WEIGHT_ERRORS, MEAN_WEIGHT_OFF = 4.0, 0.05


@dataclass(frozen=True)
class Weighed:
    """A log's rows for which a target decides, and how far they can speak for it.

    log: those rows. contexts: one row per different situation (place, person where the target looks at them, what the
    policy knew), in few words. choices: one row per situation (`context`, its number) and item that the target may
    show there, with its `probability`. context: each row's situation. weight: target probability over
    propensity, clipped at `limit`. Shares are of the target's choices (unsupported, thin, clipped) or of rows
    (covered).
    """

    log: pd.DataFrame
    contexts: pd.DataFrame
    choices: pd.DataFrame
    context: np.ndarray
    weight: np.ndarray
    limit: float
    covered_share: float
    unsupported_share: float
    thin_share: float
    clipped_share: float
    mean_weight: float
    mean_weight_error: float

    @property
    def effective_count(self) -> float:
        """Kish's effective sample size, in impressions: (sum of weights)^2 / sum of squared weights."""
        squares = float(np.square(self.weight).sum())
        return float(self.weight.sum()) ** 2 / squares if squares else 0.0


def weighed(
    log: pd.DataFrame, target: pd.DataFrame, context_columns: list[str], limit: float = LARGEST_WEIGHT
) -> Weighed:
    """Return the log under a target policy.

    log: placement, position, item_id, propensity (0..1], outcome, cluster, `context_columns`, and person where
    the target has it. target: item_id, probability by placement and position, and by person where it
    differs from person to person; the probabilities of one place sum to 1.
    """
    by = [*PLACE, *(["person"] if "person" in target else [])]
    places = target[by].drop_duplicates()
    decided = log.merge(places, on=by, how="inner")
    levels = pd.DataFrame({name: few_levels(decided[name]) for name in [*PLACE, *context_columns]})
    contexts, kept = grouped(decided[by], levels[context_columns], len(target) / max(1, len(places)))
    _, first = np.unique(contexts, return_index=True)
    unique = decided.iloc[first][by].assign(context=np.arange(len(first)))
    choices = unique.merge(target, on=by, how="inner")
    shown = decided[[*by, "item_id"]].merge(target, on=[*by, "item_id"], how="left")["probability"]
    raw = shown.fillna(0.0).to_numpy() / decided["propensity"].to_numpy()
    weight = np.minimum(raw, limit)
    times = choices.merge(_times_shown(log), on=[*PLACE, "item_id"], how="left")["times"].fillna(0).to_numpy()
    mass = np.bincount(contexts, minlength=len(unique))[choices["context"].to_numpy()]
    mass = mass * choices["probability"].to_numpy()
    return Weighed(
        decided,
        levels.iloc[first][[*PLACE, *kept]].reset_index(drop=True),
        choices[["context", "item_id", "probability"]],
        contexts,
        weight,
        limit,
        covered_share=len(decided) / max(1, len(log)),
        unsupported_share=_share_below(1, times, mass),
        thin_share=_share_below(THIN, times, mass),
        clipped_share=float(1 - weight.sum() / raw.sum()) if raw.sum() else 0.0,
        mean_weight=float(raw.mean()) if len(raw) else 0.0,
        mean_weight_error=clustered_error(raw - raw.mean(), decided["cluster"]) if len(raw) else 0.0,
    )


def _times_shown(log: pd.DataFrame) -> pd.DataFrame:
    return log.groupby([*PLACE, "item_id"]).size().rename("times").reset_index()


def _share_below(least: int, times: np.ndarray, mass: np.ndarray) -> float:
    """Return the share of the target's choices that the log made fewer than so many times in that place."""
    return float(mass[times < least].sum() / mass.sum()) if mass.sum() else 1.0


def clustered_error(deviations: np.ndarray, clusters: pd.Series) -> float:
    """Return the standard error of a mean whose terms deviate so; terms of one cluster may depend on each other."""
    sums = np.bincount(pd.factorize(clusters, sort=True)[0], weights=deviations)
    return float(np.sqrt(np.square(sums).sum()) / len(deviations))


def reason_to_abstain(found: Weighed) -> str | None:
    """Return in one sentence why nothing can be told, None where the log carries it."""
    count, effective = len(found.log), found.effective_count
    outcomes = int((found.log["outcome"].to_numpy() * (found.weight > 0)).sum())
    off = abs(found.mean_weight - 1)
    is_off = off > max(MEAN_WEIGHT_OFF, MEAN_WEIGHT_ERRORS * found.mean_weight_error)
    reasons = {
        f"{count} impressions in places for which the policy decides: fewer than {FEWEST_IMPRESSIONS}": (
            count < FEWEST_IMPRESSIONS
        ),
        f"{found.unsupported_share:.1%} of what the policy would show was never shown there in this log": (
            found.unsupported_share > LARGEST_UNSUPPORTED
        ),
        f"{found.thin_share:.0%} of what the policy would show was shown there fewer than {THIN} times in this log": (
            found.thin_share > LARGEST_THIN
        ),
        f"the weights leave {effective:.0f} effective impressions: fewer than {FEWEST_EFFECTIVE:.0f}": (
            effective < FEWEST_EFFECTIVE
        ),
        f"clipping weights at {found.limit:g} takes {found.clipped_share:.1%} of what the policy would show": (
            found.clipped_share > LARGEST_CLIPPED
        ),
        f"the weights average {found.mean_weight:.3f} in place of 1: the logged propensities do not fit": is_off,
        f"{outcomes} outcomes of items that the policy may show: fewer than {FEWEST_OUTCOMES}": (
            outcomes < FEWEST_OUTCOMES
        ),
    }
    return next((sentence for sentence, holds in reasons.items() if holds), None)
