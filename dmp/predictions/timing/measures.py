"""How good curves are on people and days that no model saw: they know waits and chances only."""

from __future__ import annotations

import numpy as np

from dmp.predictions.timing.curves import Curves

INTERVAL = (0.1, 0.9)
FEWEST_WATCHED = 30
LEVELS = np.array([0.01, 0.025, *(np.arange(1, 20) / 20), 0.975, 0.99])


def kaplan_meier(days: np.ndarray, is_event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ascending days of events and the share still waiting after each (Kaplan and Meier 1958)."""
    times, place = np.unique(days, return_inverse=True)
    events = np.bincount(place, weights=is_event.astype(float), minlength=len(times))
    leaving = np.bincount(place, minlength=len(times))
    at_risk = len(days) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    share = np.cumprod(1 - events / at_risk)
    return times[events > 0], share[events > 0]


def step(times: np.ndarray, share: np.ndarray, at: np.ndarray, before: bool = False) -> np.ndarray:
    """Return the share of a Kaplan-Meier curve at given days, or just before them."""
    place = np.searchsorted(times, at, side="left") if before else np.searchsorted(times, at, side="right")
    return np.concatenate([[1.0], share])[place]


def concordance(waits: np.ndarray, is_observed: np.ndarray, sooner: np.ndarray) -> float:
    """Return Harrell's C (Harrell et al. 1982): of two people whose order is known, how often `sooner` knows it.

    A pair is known if the earlier wait ended with the event, or both end on one day and one of them with the event.
    Ties in `sooner` count one half. NaN without such a pair.
    """
    right, pairs = 0.0, 0
    for day in np.unique(waits[is_observed]):
        first = sooner[is_observed & (waits == day)]
        later = np.sort(sooner[(waits > day) | ((waits == day) & ~is_observed)])
        below = np.searchsorted(later, first, side="left")
        up_to = np.searchsorted(later, first, side="right")
        right += float((below + (up_to - below) / 2).sum())
        pairs += len(first) * len(later)
    return right / pairs if pairs else float("nan")


def integrated_brier(waits: np.ndarray, is_observed: np.ndarray, curves: Curves, until: float) -> float:
    """Return the Brier score averaged over the days up to `until`, censoring weighted away (Graf et al. 1999).

    0 is perfect; 0.25 is a coin. The weights are the inverse chance of not being censored, by Kaplan-Meier.
    """
    times, share = kaplan_meier(waits, ~is_observed)
    weight_of_event = 1 / np.maximum(step(times, share, waits, before=True), 1e-3)
    days = np.linspace(0, until, 27)[1:]
    scores = []
    for day in days:
        chance = curves.still_waiting(day)
        still_here = 1 / max(float(step(times, share, np.array([day]))[0]), 1e-3)
        ended = is_observed & (waits <= day)
        scores.append(
            np.where(ended, chance**2 * weight_of_event, 0) + (waits > day) * (1 - chance) ** 2 * still_here
        )
    return float(np.mean(scores))


def levels_reached(
    waits: np.ndarray, is_observed: np.ndarray, curves: Curves
) -> tuple[np.ndarray, np.ndarray]:
    """Return, as Kaplan-Meier curve, at which level of their own distribution people's events came.

    Were the curves right, the levels would be spread evenly over 0..1 (Haider et al. 2020, "Effective ways to build and
    evaluate individual survival distributions", D-calibration). A censored wait is a censored level.
    """
    last = curves.days[-1]
    level = curves.happened_by(np.minimum(waits, last))
    return kaplan_meier(level, is_observed & (waits <= last))


def coverage(waits: np.ndarray, is_observed: np.ndarray, curves: Curves) -> float:
    """Return the share of waits that end between the 10 % and the 90 % day, censoring taken into account.

    NaN if fewer than `FEWEST_WATCHED` people were watched up to their 90 % day.
    """
    times, share = levels_reached(waits, is_observed, curves)
    if watched_level(waits, is_observed, curves) < INTERVAL[1]:
        return float("nan")
    low, high = step(times, share, np.array(INTERVAL))
    return float(low - high)


def coverage_of_observed(waits: np.ndarray, is_observed: np.ndarray, curves: Curves, until: float) -> float:
    """Return the share of the waits that ended by `until` inside their 80 % interval, given that they ended by then.

    The interval is that of each person's distribution up to `until`, so it can be judged however short that is.
    """
    level = curves.happened_by(np.minimum(waits, until)) / curves.happened_by(until)
    ended = is_observed & (waits <= until)
    inside = (level >= INTERVAL[0]) & (level <= INTERVAL[1])
    return float(inside[ended].mean()) if ended.any() else float("nan")


def watched_level(waits: np.ndarray, is_observed: np.ndarray, curves: Curves) -> float:
    """Return the highest level of their distribution up to which `FEWEST_WATCHED` people were watched."""
    last = curves.days[-1]
    level = np.sort(curves.happened_by(np.minimum(waits, last)))
    return float(level[-FEWEST_WATCHED]) if len(level) >= FEWEST_WATCHED else 0.0


def largest_level_gap(waits: np.ndarray, is_observed: np.ndarray, curves: Curves) -> float:
    """Return how far a level of the curves is at most from the share of people who had reached it; 0 is perfect."""
    levels = LEVELS[watched_level(waits, is_observed, curves) >= LEVELS]
    times, share = levels_reached(waits, is_observed, curves)
    return float(np.abs(1 - step(times, share, levels) - levels).max(initial=0.0))
