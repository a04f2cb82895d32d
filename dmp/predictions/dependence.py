"""How the mean score moves with one feature, the others as they are (Friedman 2001, section 8.2)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.predictions.blend import Blend

POINTS = np.linspace(0.05, 0.95, 9)


def partial_dependence(model: Blend, rows: pd.DataFrame, feature: str) -> pd.DataFrame:
    """Return value and mean_answer (probability or amount) at up to nine quantiles of a numeric feature over `rows`."""
    known = rows[feature].astype("float64")
    values = np.unique(known.dropna().quantile(POINTS)) if known.notna().any() else np.zeros(0)
    means = [float(model.predict(rows.assign(**{feature: value})).mean()) for value in values]
    return pd.DataFrame({"value": values.astype("float64"), "mean_answer": means})
