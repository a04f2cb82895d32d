"""Items as words: what people turn to on one day, or on days close to it (item2vec, Barkan and Koenigstein 2016)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dmp.vectors.behaviour import Behaviour
from dmp.vectors.representation import Representation
from dmp.vectors.skip_gram import PARAMETERS, skip_gram_vectors

# How many of a person's active days apart two items may be; the farther, the less a pair counts.
WINDOW = 3


def fit(behaviour: Behaviour, dimensions: int) -> np.ndarray:
    """Return vectors of items by the other items in the days around them."""
    if behaviour.days is None:
        raise ValueError("item2vec reads days")
    return skip_gram_vectors(together(behaviour.days, behaviour.items), dimensions)


def together(days: pd.DataFrame, items: np.ndarray) -> Any:
    """Return sparse items x items: how often two were turned to by one person, less the more days lie between.

    The items of a day are a set. A pair counts 1 - gap / WINDOW, where the gap counts the person's own active days,
    over the number of other items in such a day (of two days: the geometric mean): an item of a large order is not
    told more of than one of a small order.
    """
    from scipy.sparse import csr_matrix, diags

    days = days[days["item_id"].isin(items)].sort_values(["user_key", "event_date", "item_id"])
    place = days.groupby(["user_key", "event_date"]).ngroup().to_numpy()
    columns = np.searchsorted(items, days["item_id"].to_numpy(object))
    shape = (int(place.max()) + 1, len(items))
    visits = csr_matrix((np.ones(len(days)), (place, columns)), shape=shape)
    owner = days.groupby(place)["user_key"].first().to_numpy()
    size = np.maximum(np.diff(visits.indptr) - 1, 1)
    found = visits.T @ (diags(1 / size) @ visits)
    found.setdiag(0)
    for gap in range(1, WINDOW):
        same = (owner[gap:] == owner[:-gap]) * (1 - gap / WINDOW)
        later = visits[:-gap].T @ (diags(same / np.sqrt(size[gap:] * size[:-gap])) @ visits[gap:])
        found = found + later + later.T
    found.setdiag(0)
    found.eliminate_zeros()
    return found.tocsr()


ITEM2VEC = Representation("item2vec", fit, reads=("days",), parameters=(WINDOW, PARAMETERS))
