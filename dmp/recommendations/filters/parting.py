"""Part candidates into kept and removed, and look up what a rule needs to know of each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.features import pair_facts

Filtered = tuple[pd.DataFrame, pd.DataFrame]
REMOVED_COLUMNS = ["user_key", "item_key", "rule", "detail"]


def split(candidates: pd.DataFrame, is_removed: np.ndarray, rule: str, detail: np.ndarray | str) -> Filtered:
    """Part the candidates; `detail` is one text for all or one per candidate."""
    if not is_removed.any():
        return nothing_removed(candidates, rule)
    removed = candidates.loc[is_removed, ["user_key", "item_key"]].assign(rule=rule)
    removed["detail"] = detail if isinstance(detail, str) else detail[is_removed]
    return candidates[~is_removed], removed


def nothing_removed(candidates: pd.DataFrame, rule: str) -> Filtered:
    """Keep every candidate, in the same table: the rule is off, or finds nothing."""
    return candidates, candidates.iloc[:0][["user_key", "item_key"]].assign(rule=rule, detail="")


def of_people(context: Context, candidates: pd.DataFrame, column: str) -> pd.Series:
    """Return what is known of the person of each candidate."""
    return context.people[column].iloc[context.positions(candidates["user_key"].to_numpy())]


def of_items(context: Context, candidates: pd.DataFrame, column: str) -> pd.Series:
    """Return what is known of the item of each candidate."""
    return context.items[column].iloc[candidates["item_key"].to_numpy()]


def numbers_of_items(context: Context, candidates: pd.DataFrame, column: str) -> np.ndarray:
    """Return a number of the item of each candidate, NaN where it is unknown."""
    return numbers(context.items[column])[candidates["item_key"].to_numpy()]


def numbers(values: pd.Series) -> np.ndarray:
    """Return numbers with NaN for what is unknown."""
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def own_facts(context: Context, candidates: pd.DataFrame, *names: str) -> list[np.ndarray]:
    """Return the person's own facts about each candidate; NaN where they never touched it."""
    facts = pair_facts(context, candidates, names)
    return [facts[name] for name in names]


def texts(is_removed: np.ndarray, text: str, *values: np.ndarray) -> np.ndarray:
    """Fill the text for removed rows; the others stay empty."""
    filled = np.full(len(is_removed), "", dtype=object)
    filled[is_removed] = [
        text.format(*row) for row in zip(*(value[is_removed] for value in values), strict=True)
    ]
    return filled
