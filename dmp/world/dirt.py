"""What goes wrong on the way to the landing folder, on request: lines that land twice, late or broken.

Dirt is drawn after the world, from its own stream: a world lives the same with and without it. Broken and
impossible lines are additional ones, so that the truth of the ledger stays whole. Bots are in `bots`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

KINDS = (
    "clean", "late", "duplicate_same_day", "duplicate_later_day", "cut_json", "binary_garbage",
    "wrong_field_count", "year_1970", "future", "negative_price",
)  # fmt: skip
CLEAN, LATE, SAME_DAY, LATER_DAY, CUT, GARBAGE, FIELDS, PAST, FUTURE, NEGATIVE = range(len(KINDS))
MISSING = ("missing_null", "missing_refused", "missing_not_captured")
MISSING_TEXT = ("", "refused", "not_captured")
MISSING_SHARES = (0.5, 0.3, 0.2)
LONGEST_DELAY = 9  # days


@dataclass(frozen=True)
class Dirt:
    """Rates of dirt; 0 everywhere is a clean world."""

    duplicates: float = 0.0  # share of event and order lines written again, half of them on a later day
    late: float = 0.0  # share of event and order lines that land one to nine days later
    out_of_order: float = 0.0  # share of days whose event file is not in the order of time
    broken: float = 0.0  # broken lines beside good ones: cut JSON, binary garbage, wrong number of CSV fields
    impossible: float = 0.0  # lines beside good ones: year 1970, a far future, a negative price
    bots: float = 0.0  # bots per thousand people, at least one
    missing: float = 0.0  # share of values in customers that are empty, refused or not captured

    @classmethod
    def light(cls) -> Dirt:
        """Return the dirt of an ordinary shop."""
        return cls(
            duplicates=0.002,
            late=0.008,
            out_of_order=0.05,
            broken=0.0003,
            impossible=0.0002,
            bots=0.3,
            missing=0.08,
        )


BROKEN = {
    "events": (CUT, GARBAGE),
    "orders": (CUT, GARBAGE),
    "reviews": (CUT,),
    "items": (FIELDS,),
    "customers": (FIELDS,),
}
IMPOSSIBLE = {"events": (PAST, FUTURE), "orders": (NEGATIVE,)}
REPEATED = ("events", "orders")


def deliver(rng: np.random.Generator, dirt: Dirt, entity: str, day: np.ndarray, days: int) -> pd.DataFrame:
    """Return one row per line to write, in the order of writing.

    `day` holds the day of each clean row, row number = position. Columns: number (of the clean row),
    landed_day, kind (position in KINDS), rank (order over all files), line (in its file, from 1, without
    header), is_shuffled.
    """
    number = np.arange(len(day))
    landed = day.copy()
    kind = np.full(len(day), CLEAN)
    if entity in REPEATED:
        is_late = (rng.random(len(day)) < dirt.late) & (day + LONGEST_DELAY < days)
        landed[is_late] += rng.integers(1, LONGEST_DELAY + 1, is_late.sum())
        kind[is_late] = LATE
    parts = [(number, landed, kind)]
    if entity in REPEATED:
        parts.extend(_duplicates(rng, dirt.duplicates, number, landed, days))
    parts.append(_additions(rng, dirt.broken, BROKEN.get(entity, ()), number, day))
    parts.append(_additions(rng, dirt.impossible, IMPOSSIBLE.get(entity, ()), number, day))
    lines = pd.DataFrame(
        {
            name: np.concatenate([part[place] for part in parts])
            for place, name in enumerate(("number", "landed_day", "kind"))
        }
    )
    return _in_order(rng, lines, dirt.out_of_order if entity == "events" else 0.0, days)


def _duplicates(
    rng: np.random.Generator, rate: float, number: np.ndarray, landed: np.ndarray, days: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return the lines written again: some on the day they landed, some on a later one."""
    chance = rng.random(len(number))
    same, later = number[chance < rate / 2], number[(chance > 1 - rate / 2) & (landed + LONGEST_DELAY < days)]
    delay = rng.integers(1, LONGEST_DELAY + 1, len(later))
    return [
        (same, landed[same], np.full(len(same), SAME_DAY)),
        (later, landed[later] + delay, np.full(len(later), LATER_DAY)),
    ]


def _additions(
    rng: np.random.Generator, rate: float, kinds: tuple[int, ...], number: np.ndarray, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lines made from good ones that stand beside them."""
    chosen = number[rng.random(len(number)) < rate] if kinds else number[:0]
    return chosen, day[chosen], rng.choice(kinds or (CLEAN,), len(chosen))


def _in_order(rng: np.random.Generator, lines: pd.DataFrame, rate: float, days: int) -> pd.DataFrame:
    """Number the lines: as they happened, what lands again or late at the end, shuffled on some days."""
    is_shuffled = (rng.random(days) < rate)[lines["landed_day"]]
    at_end = lines["kind"].isin((LATE, LATER_DAY)).to_numpy()
    place = np.where(is_shuffled, rng.random(len(lines)), at_end)
    order = np.lexsort((lines["kind"], lines["number"], place, lines["landed_day"]))
    lines = lines.assign(is_shuffled=is_shuffled).iloc[order].reset_index(drop=True)
    lines["rank"] = np.arange(len(lines))
    lines["line"] = lines.groupby("landed_day").cumcount() + 1
    return lines


def draw_missing(rng: np.random.Generator, dirt: Dirt, people: int, fields: int) -> np.ndarray:
    """Return (people, fields): position in MISSING, or -1 where the value is there."""
    kind = rng.choice(len(MISSING), (people, fields), p=MISSING_SHARES)
    return np.where(rng.random((people, fields)) < dirt.missing, kind, -1)
