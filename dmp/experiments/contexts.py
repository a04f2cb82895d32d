"""What a policy knew, as few words: columns cut into levels, so that equal situations can be taken together."""

from __future__ import annotations

import numpy as np
import pandas as pd

# Of a column, so many values have a level of their own; the rest share one. Numbers with more are cut into tenths.
MOST_LEVELS = 20
# Situations times items that are held in memory; columns that would make more are left out of the model.
MOST_CHOICES = 1_000_000


def few_levels(values: pd.Series) -> pd.Series:
    """Return a column's values as few texts."""
    if pd.api.types.is_numeric_dtype(values) and values.nunique() > MOST_LEVELS:
        bounds = np.unique(values.quantile(np.arange(0.1, 1, 0.1)).to_numpy())
        return pd.Series(np.searchsorted(bounds, values.to_numpy()), index=values.index).astype(str)
    texts = values.astype(str)
    return texts.where(texts.isin(most_frequent(texts, MOST_LEVELS)), "(other)")


def most_frequent(texts: pd.Series, most: int) -> list[str]:
    """Return the most frequent texts, equals in the order of the alphabet."""
    counts = texts.value_counts()
    return sorted(counts.index, key=lambda text: (-counts[text], text))[:most]


def grouped(keys: pd.DataFrame, levels: pd.DataFrame, items: float) -> tuple[np.ndarray, list[str]]:
    """Return each row's situation, numbered in the order of keys and levels, and the level columns that it is made of.

    keys: what always tells situations apart. items: how many a situation chooses among, in the mean. A column of
    `levels` that would make more than MOST_CHOICES pairs is left out.
    """
    kept: list[str] = []
    numbers = _numbered(keys)
    for name in levels:
        finer = _numbered(pd.DataFrame({"coarse": numbers, "level": levels[name].to_numpy()}))
        if (finer.max(initial=-1) + 1) * items <= MOST_CHOICES:
            numbers, kept = finer, [*kept, str(name)]
    return numbers, kept


def _numbered(keys: pd.DataFrame) -> np.ndarray:
    return keys.groupby(list(keys), sort=True, dropna=False).ngroup().to_numpy().astype(np.int64)
