"""How often each place of a list is looked at, from logged impressions and clicks: low places are clicked less.

A click needs that the place is looked at and that the item appeals (the position-based model: Craswell et al. 2008;
Wang et al. 2018). Items that stood in several places tell the two apart; no list has to be shuffled for it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

# What is too seldom clicked tells nothing that holds: in all, and in one place.
MINIMUM_CLICKS, MINIMUM_PLACE_CLICKS = 200, 20
# Weights beyond this add more noise than they take away bias.
LARGEST_WEIGHT = 10.0
_ROUNDS = 500
_ENOUGH = 1e-9
EXAMINATION = {
    "position": "int64",
    "examination": "float64",
    "impression_count": "int64",
    "click_count": "int64",
}


def examination_by_position(impressions: pd.DataFrame) -> pd.DataFrame:
    """Return position, examination (1 at the first place), impression_count and click_count, sorted by position.

    impressions: item_id, position (from 1), has_click, one row each. Empty where there are fewer than MINIMUM_CLICKS
    clicks on items that stood in several places, or where no items connect the places. A place with few clicks is
    looked at as often as the one above it.

    Clicks of an item in a place are taken as impressions x examination x appeal; both are fitted in turn until they
    stay (Poisson pseudo-likelihood: Gourieroux, Monfort and Trognon 1984; its maximum needs the mean alone).
    """
    cells = (
        impressions.groupby(["item_id", "position"], sort=True)["has_click"]
        .agg(["size", "sum"])
        .reset_index()
    )
    cells = cells[cells.groupby("item_id")["position"].transform("size") > 1]
    item = np.unique(cells["item_id"].to_numpy(dtype=object), return_inverse=True)[1]
    place = np.unique(cells["position"].to_numpy(), return_inverse=True)[1]
    shown, clicked = cells["size"].to_numpy(dtype=np.float64), cells["sum"].to_numpy(dtype=np.float64)
    if clicked.sum() < MINIMUM_CLICKS or not _is_connected(item, place):
        return pd.DataFrame(columns=list(EXAMINATION)).astype(EXAMINATION)
    looked = _fitted(item, place, shown, clicked)
    counts = pd.DataFrame({"position": cells["position"], "impression_count": shown, "click_count": clicked})
    table = counts.groupby("position", sort=True).sum().reset_index()
    is_told = (table["click_count"] >= MINIMUM_PLACE_CLICKS).to_numpy()
    told = pd.Series(np.where(is_told, looked, np.nan)).ffill().bfill()
    table["examination"] = (told / told.iloc[0]).to_numpy()
    return table[list(EXAMINATION)].astype(EXAMINATION)


def _fitted(item: np.ndarray, place: np.ndarray, shown: np.ndarray, clicked: np.ndarray) -> np.ndarray:
    """Return the examination of each place against the first."""
    looked = np.ones(place.max() + 1)
    by_item, by_place = np.bincount(item, weights=clicked), np.bincount(place, weights=clicked)
    for _ in range(_ROUNDS):
        appeal = by_item / np.bincount(item, weights=shown * looked[place])
        again = by_place / np.maximum(np.bincount(place, weights=shown * appeal[item]), _ENOUGH)
        # A place without clicks is left out afterwards; it must not empty its items meanwhile.
        again = np.maximum(again / max(again[0], _ENOUGH), _ENOUGH)
        if np.abs(again - looked).max() < _ENOUGH:
            break
        looked = again
    return looked


def _is_connected(item: np.ndarray, place: np.ndarray) -> bool:
    """Return whether every two places are linked by items that stood in both, perhaps over other places."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(item):
        return False
    count = item.max() + 1 + place.max() + 1
    links = coo_matrix((np.ones(len(item)), (item, item.max() + 1 + place)), shape=(count, count))
    return connected_components(links, directed=False)[0] == 1


def click_weights(positions: np.ndarray, examination: pd.DataFrame) -> np.ndarray:
    """Return what a click in each position counts as: one over its examination, at most LARGEST_WEIGHT.

    All weigh 1 where nothing is known of the places (Joachims, Swaminathan and Schnabel 2017). A place below the last
    known one counts as that.
    """
    if examination.empty:
        return np.ones(len(positions))
    known = examination["position"].to_numpy()
    place = np.clip(np.searchsorted(known, positions, side="right") - 1, 0, None)
    looked = examination["examination"].to_numpy()[place]
    return np.minimum(1 / np.maximum(looked, 1 / LARGEST_WEIGHT), LARGEST_WEIGHT)
