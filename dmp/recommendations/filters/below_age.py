"""Items with an age limit are shown to people known to have reached it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import (
    Filtered,
    numbers,
    numbers_of_items,
    of_people,
    split,
    texts,
)


def below_age(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items with an age limit that the person is not known to have reached."""
    limit = numbers_of_items(context, candidates, "min_age")
    age = numbers(of_people(context, candidates, "age"))
    is_removed = ~np.isnan(limit) & ~(age >= limit)
    detail = texts(is_removed, "from age {:.0f}, age {:.0f}", limit, age)
    is_unknown = is_removed & np.isnan(age)
    detail[is_unknown] = texts(is_unknown, "from age {:.0f}, age unknown", limit)[is_unknown]
    return split(candidates, is_removed, "below_age", detail)
