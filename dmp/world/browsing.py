"""What is clicked during a visit: the visit of one row becomes the events of the log."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.world.choices import choose_items, choose_leaves, draw_gumbel
from dmp.world.state import World
from dmp.world.visits import LOGGED_IN, LOGS_IN

EVENT_TYPES = (
    "page_view", "view", "search", "impression", "click", "cart", "favourite", "dismiss", "login",
)  # fmt: skip
PAGE_VIEW, VIEW, SEARCH, IMPRESSION, CLICK, CART, FAVOURITE, DISMISS, LOGIN = range(len(EVENT_TYPES))
DAY = 86_400_000  # milliseconds
LIST_LENGTH = 3  # impressions logged per list seen
SAME_ITEM = 0.4  # share of looks that go to the thing wished for
ENTRY, BROWSING, CHECKOUT, ORDER = 0.0, (0.08, 0.8), 0.9, 0.99  # parts of a visit's duration


def draw_durations(rng: np.random.Generator, visits: pd.DataFrame) -> np.ndarray:
    """Return milliseconds per visit, at most 35 minutes: a visit never passes midnight."""
    minutes = 6 * np.exp(rng.normal(0, 0.7, len(visits)) + 0.4 * visits["has_wish"].to_numpy())
    return (np.clip(minutes, 0.5, 35) * 60_000).astype(np.int64)


def expand_visits(
    rng: np.random.Generator, world: World, visits: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    """Return the events of the visits, one row each, ordered by (day, occurred).

    `visits` has a range index, `duration` and `login_part`; `lines` are the order lines of these visits.
    Columns: visit, kind (position in EVENT_TYPES), offset (milliseconds of the day), item (-1 = none), leaf
    (of a query or a category page, -1 = none), position (0 = none), is_logged_in.
    """
    parts = [
        *_entries(rng, visits),
        *_looks(rng, world, visits),
        *_checkouts(rng, visits, lines),
    ]
    names = ("visit", "kind", "part", "item", "leaf", "position")
    columns = {name: np.concatenate([part[name] for part in parts]) for name in names}
    visit, part = columns["visit"], columns.pop("part")
    login = visits["login"].to_numpy()[visit]
    login_part = visits["login_part"].to_numpy()[visit]
    start = visits["second"].to_numpy()[visit] * 1000
    columns["offset"] = start + (part * visits["duration"].to_numpy()[visit]).astype(np.int64)
    columns["is_logged_in"] = (login == LOGGED_IN) | ((login == LOGS_IN) & (part >= login_part))
    order = np.argsort(visits["day"].to_numpy()[visit] * DAY + columns["offset"], kind="stable")
    return pd.DataFrame({name: column[order] for name, column in columns.items()})


def _rows(
    visit: np.ndarray, kind: int, part: np.ndarray | float, **given: np.ndarray
) -> dict[str, np.ndarray]:
    """Return event columns; item and leaf default to -1, position to 0."""
    columns = {"visit": visit, "kind": kind, "part": part, "item": -1, "leaf": -1, "position": 0, **given}
    return {name: np.broadcast_to(np.asarray(column), visit.shape) for name, column in columns.items()}


def _entries(rng: np.random.Generator, visits: pd.DataFrame) -> list[dict[str, np.ndarray]]:
    """Pages seen on the way in, and the login."""
    visit = np.arange(len(visits))
    wanders = visit[rng.random(len(visit)) < 0.4]
    logs_in = visit[(visits["login"] == LOGS_IN).to_numpy()]
    leaf = visits["leaf"].to_numpy()
    return [
        _rows(visit, PAGE_VIEW, ENTRY, leaf=np.where(rng.random(len(visit)) < 0.3, leaf, -1)),
        _rows(wanders, PAGE_VIEW, rng.uniform(0.01, 0.07, len(wanders)), leaf=leaf[wanders]),
        _rows(logs_in, LOGIN, visits["login_part"].to_numpy()[logs_in]),
    ]


def _looks(rng: np.random.Generator, world: World, visits: pd.DataFrame) -> list[dict[str, np.ndarray]]:
    """Looks at items: directly, by a list or by a search; the item follows the wish or the taste."""
    has_wish = visits["has_wish"].to_numpy()
    visit = np.repeat(np.arange(len(visits)), rng.poisson(0.75 + 1.0 * has_wish))
    day = visits["day"].to_numpy()[visit]
    person = visits["person"].to_numpy()[visit]
    leaf = visits["leaf"].to_numpy()[visit]
    strays = rng.random(len(visit)) < 0.15
    leaf[strays] = choose_leaves(rng, world, person[strays], day[strays])
    item = choose_items(rng, world, person, leaf, day)
    wished = has_wish[visit] & ~strays & (rng.random(len(visit)) < SAME_ITEM)
    item = np.where(wished, visits["item"].to_numpy()[visit], item)
    part = rng.uniform(*BROWSING, len(visit))
    by_list = rng.random(len(visit)) < 0.5
    looks = (item >= 0) & (~by_list | (rng.random(len(visit)) < 0.55))
    lists = pd.DataFrame(
        {"visit": visit, "part": part, "clicked": np.where(looks, item, -1), "leaf": leaf, "day": day}
    )
    return [
        *_lists(rng, world, lists[by_list]),
        _rows(visit[looks], VIEW, part[looks], item=item[looks]),
        *_opinions(rng, visit[looks], part[looks], item[looks], wished[looks]),
    ]


def _lists(rng: np.random.Generator, world: World, lists: pd.DataFrame) -> list[dict[str, np.ndarray]]:
    """Searches, impressions and clicks of lists (visit, part, clicked: an item or -1, leaf, day)."""
    visit, part, clicked, leaf = (lists[name].to_numpy() for name in ("visit", "part", "clicked", "leaf"))
    place = rng.integers(0, LIST_LENGTH, len(visit))
    hits = clicked >= 0
    shown = _shown(rng, world, leaf, lists["day"].to_numpy(), clicked)
    shown[np.flatnonzero(hits), place[hits]] = clicked[hits]
    searches = rng.random(len(visit)) < 0.6
    is_shown = shown.ravel() >= 0
    impressions = _rows(
        np.repeat(visit, LIST_LENGTH)[is_shown],
        IMPRESSION,
        np.repeat(part - 0.02, LIST_LENGTH)[is_shown],
        item=shown.ravel()[is_shown],
        leaf=np.repeat(np.where(searches, leaf, -1), LIST_LENGTH)[is_shown],
        position=np.tile(np.arange(1, LIST_LENGTH + 1), len(visit))[is_shown],
    )
    clicks = _rows(visit[hits], CLICK, part[hits] - 0.005, item=clicked[hits], position=place[hits] + 1)
    return [_rows(visit[searches], SEARCH, part[searches] - 0.03, leaf=leaf[searches]), impressions, clicks]


def _shown(
    rng: np.random.Generator, world: World, leaf: np.ndarray, day: np.ndarray, besides: np.ndarray
) -> np.ndarray:
    """Return (lists, LIST_LENGTH) items of a category by popularity and chance, -1 where there are fewer."""
    candidates = world.catalogue.by_leaf[leaf]
    score = world.catalogue.popularity[candidates] + draw_gumbel(rng, candidates.shape)
    score[(candidates < 0) | (world.catalogue.launch_day[candidates] > day[:, None])] = -np.inf
    score[candidates == besides[:, None]] = -np.inf
    best = np.argsort(-score, axis=1, kind="stable")[:, :LIST_LENGTH]
    is_missing = np.isneginf(np.take_along_axis(score, best, axis=1))
    return np.where(is_missing, -1, np.take_along_axis(candidates, best, axis=1))


def _opinions(
    rng: np.random.Generator, visit: np.ndarray, part: np.ndarray, item: np.ndarray, wished: np.ndarray
) -> list[dict[str, np.ndarray]]:
    """Favourites, mostly of things wished for, and dismissals of the others."""
    chance = rng.random(len(visit))
    likes = chance < np.where(wished, 0.12, 0.03)
    dislikes = ~wished & (chance > 0.97)
    return [
        _rows(visit[likes], FAVOURITE, part[likes] + 0.01, item=item[likes]),
        _rows(visit[dislikes], DISMISS, part[dislikes] + 0.01, item=item[dislikes]),
    ]


def _checkouts(
    rng: np.random.Generator, visits: pd.DataFrame, lines: pd.DataFrame
) -> list[dict[str, np.ndarray]]:
    """The last look and the cart: of each line of an order, or of the one thing left behind."""
    order = visits["order"].to_numpy()
    visit_of_order = pd.Series(np.flatnonzero(order >= 0), index=order[order >= 0])
    abandoned = np.flatnonzero(visits["carts"].to_numpy() & (order < 0))
    visit = np.concatenate([visit_of_order.reindex(lines["order"]).to_numpy(), abandoned]).astype(np.int64)
    item = np.concatenate([lines["item"].to_numpy(), visits["item"].to_numpy()[abandoned]])
    part = CHECKOUT + rng.uniform(0, 0.05, len(visit))
    return [_rows(visit, VIEW, part - 0.04, item=item), _rows(visit, CART, part, item=item)]
