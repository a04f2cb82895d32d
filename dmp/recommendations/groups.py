"""Groups of items or people as integers."""

from __future__ import annotations

import numpy as np
import pandas as pd


def group_codes(groups: pd.Series) -> np.ndarray:
    """Number the groups in the order of their names; -1 where there is none."""
    return pd.Categorical(groups, categories=sorted(groups.dropna().unique())).codes.astype(np.int64)
