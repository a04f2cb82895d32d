"""What an experiment has shown: outcomes by variant, their difference from the first, and whether the groups are sound.

Everybody who came while it ran is counted in the variant that they were assigned, whatever they were shown
(intention to treat). The check of the sample ratio: Fabijan et al. 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from dmp.experiments.declaration import HOLDOUT, Experiment, Experiments

NORMAL_95 = 1.959964
# A division as uneven as this comes by chance once in a thousand times: no difference is told then.
SAMPLE_RATIO_P = 0.001
COLUMNS = {
    "as_of_date": "object", "experiment": "str", "variant": "str", "outcome": "str", "starts_on": "object",
    "last_day": "object", "share": "float64", "person_count": "int64", "outcome_person_count": "int64",
    "outcome_rate": "float64", "rate_difference": "float64", "rate_difference_low": "float64",
    "rate_difference_high": "float64", "shown_count": "int64", "strayed_count": "int64",
    "sample_ratio_p_value": "float64", "reason": "object",
}  # fmt: skip


def experiment_results(
    declared: Experiments,
    assignments: pd.DataFrame,
    activity: pd.DataFrame,
    shown: pd.DataFrame,
    as_of_date: date,
) -> pd.DataFrame:
    """Return one row per experiment that has begun and variant, the held-out last, in COLUMNS.

    assignments: as `assignment.experiment_assignments`. activity: user_key, event_date, order_count, click_count,
    a row for each day on which somebody came. shown: user_key, shown_date, policy of logged impressions.
    """
    rows: list[dict[str, object]] = []
    held_share = declared.holdout.share if declared.holdout else 0.0
    for experiment in declared.begun(as_of_date):
        last_day = min(experiment.ends_on or as_of_date, as_of_date)
        own = assignments[assignments["experiment"] == experiment.name]
        people = _people(experiment, own, activity, shown, last_day)
        for row in _rows(experiment, people, held_share):
            rows.append({"as_of_date": as_of_date, "last_day": last_day, **row})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _people(
    experiment: Experiment,
    assigned: pd.DataFrame,
    activity: pd.DataFrame,
    shown: pd.DataFrame,
    last_day: date,
) -> pd.DataFrame:
    """Return variant, has_outcome, is_shown and has_strayed of everybody who came while it ran."""
    came = activity[activity["event_date"].between(experiment.starts_on, last_day)]
    counts = came.groupby("user_key")[f"{experiment.outcome}_count"].sum().rename("outcome_count")
    people = assigned[["user_key", "variant", "policy"]].merge(counts.reset_index(), on="user_key")
    policies = {variant.policy for variant in experiment.variants if variant.policy}
    seen = shown[shown["shown_date"].between(experiment.starts_on, last_day) & shown["policy"].isin(policies)]
    seen = seen.merge(people[["user_key", "policy"]], on="user_key", suffixes=("", "_own"))
    strayed = seen.loc[seen["policy"] != seen["policy_own"], "user_key"]
    return people.assign(
        has_outcome=people["outcome_count"] > 0,
        is_shown=people["user_key"].isin(seen["user_key"]),
        has_strayed=people["user_key"].isin(strayed),
    )


def _rows(experiment: Experiment, people: pd.DataFrame, held_share: float) -> Iterator[dict[str, object]]:
    shares = {variant.name: variant.share * (1 - held_share) for variant in experiment.variants}
    if held_share:
        shares[HOLDOUT] = held_share
    groups = {name: people[people["variant"] == name] for name in shares}
    p_value = sample_ratio_p_value([len(group) for group in groups.values()], list(shares.values()))
    control = groups[experiment.variants[0].name]
    for name, group in groups.items():
        reason = _reason(name == experiment.variants[0].name, p_value, group, control)
        difference = (np.nan, np.nan, np.nan) if reason else rate_difference(group, control)
        yield {
            "experiment": experiment.name,
            "variant": name,
            "outcome": experiment.outcome,
            "starts_on": experiment.starts_on,
            "share": shares[name],
            "person_count": len(group),
            "outcome_person_count": int(group["has_outcome"].sum()),
            "outcome_rate": group["has_outcome"].mean() if len(group) else np.nan,
            **dict(
                zip(
                    ("rate_difference", "rate_difference_low", "rate_difference_high"),
                    difference,
                    strict=True,
                )
            ),
            "shown_count": int(group["is_shown"].sum()),
            "strayed_count": int(group["has_strayed"].sum()),
            "sample_ratio_p_value": p_value,
            "reason": reason,
        }


def _reason(is_control: bool, p_value: float, group: pd.DataFrame, control: pd.DataFrame) -> str | None:
    """Return why no difference is told of a variant, None where it is."""
    if is_control:
        return "the others are compared with it"
    if p_value < SAMPLE_RATIO_P:
        return f"people are not divided as declared (p = {p_value:.1g}): something besides chance chose them"
    if min(len(group), len(control)) == 0:
        return "nobody came"
    return None


def sample_ratio_p_value(counts: list[int], shares: list[float]) -> float:
    """Return how likely a division is that is at least as uneven, if people fall by the shares (chi-square)."""
    from scipy.stats import chisquare

    if sum(counts) == 0:
        return np.nan
    expected = np.array(shares) / sum(shares) * sum(counts)
    return float(chisquare(counts, expected).pvalue)


def rate_difference(group: pd.DataFrame, control: pd.DataFrame) -> tuple[float, float, float]:
    """Return the difference of two rates with its 95 % interval (Newcombe 1998, method 10: also for small counts)."""
    (rate, low, high), (other, other_low, other_high) = _wilson(group), _wilson(control)
    difference = rate - other
    return (
        difference,
        difference - float(np.hypot(rate - low, other_high - other)),
        difference + float(np.hypot(high - rate, other - other_low)),
    )


def _wilson(group: pd.DataFrame) -> tuple[float, float, float]:
    """Return a rate and its 95 % interval (Wilson 1927)."""
    count, rate = len(group), float(group["has_outcome"].mean())
    squared = NORMAL_95**2
    centre = (rate + squared / (2 * count)) / (1 + squared / count)
    half = NORMAL_95 / (1 + squared / count) * np.sqrt(rate * (1 - rate) / count + squared / (4 * count**2))
    return rate, float(centre - half), float(centre + half)
