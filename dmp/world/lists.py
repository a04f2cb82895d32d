"""Lists on the shop's home page, chosen by two policies that log their chances, and whether they were clicked.

They change nothing else in the world: what other policies would have brought is known exactly, and estimates from the
log can be held against it.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from dmp.world.catalogue import Catalogue
from dmp.world.history import first_moment
from dmp.world.identifiers import user_ids
from dmp.world.state import World

PLACEMENT, POLICIES, VERSION = "home", ("random", "taste"), "1"
LOGGED_DAYS = 28
# Each position has a shelf of its own, so that an item's chance does not hang on what stands beside it.
POSITIONS, SHELF = 3, 8
EXPLORED = 0.3  # share of chance in the policy by taste
BASE, SEEN = -2.0, np.array([1.0, 0.8, 0.6])  # log-odds of a click; how far down people look


def draw_lists(
    rng: np.random.Generator, world: World, events: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (list_events, list_choices).

    list_events: a row per impression and per click: day, moment, list, person, item, position, policy, propensity,
    is_click. list_choices: the truth, a row per person who saw a list, position and item on its shelf: how
    likely each policy picks it and how likely it is clicked.
    """
    first_day = max(0, world.days - LOGGED_DAYS)
    seen = events[events["is_logged_in"] & (events["day"] >= first_day)]
    lists = seen.groupby(["day", "person"], sort=True)["moment"].max().reset_index()
    people = np.sort(lists["person"].unique())
    shelves = _shelves(rng, world.catalogue)
    liking = _liking(world, people, shelves)
    chances = {"random": np.full(liking.shape, 1 / SHELF), "taste": _by_taste(liking)}
    click = SEEN[:, None] / (1 + np.exp(-(BASE + liking)))
    row = np.searchsorted(people, lists["person"].to_numpy())
    policy = rng.integers(0, len(POLICIES), len(lists))
    chance = np.stack([chances[name] for name in POLICIES])[policy, row]
    bound = rng.random((len(lists), POSITIONS, 1))
    picked = (bound > chance.cumsum(axis=2)[:, :, :-1]).sum(axis=2)
    index = (np.arange(len(lists))[:, None], np.arange(POSITIONS), picked)
    clicked = rng.random(picked.shape) < click[row][index]
    shown = pd.DataFrame(
        {
            **{name: np.repeat(lists[name].to_numpy(), POSITIONS) for name in ("day", "moment", "person")},
            "list": np.repeat(np.arange(len(lists)), POSITIONS),
            "position": np.tile(np.arange(POSITIONS), len(lists)),
            "item": shelves[np.arange(POSITIONS), picked].ravel(),
            "policy": np.repeat(np.array(POLICIES)[policy], POSITIONS),
            "propensity": chance[index].ravel(),
            "is_click": False,
        }
    )
    clicks = shown[clicked.ravel()].assign(is_click=True, moment=lambda rows: rows["moment"] + 20_000)
    return pd.concat([shown, clicks], ignore_index=True), _choices(people, shelves, chances, click)


def _shelves(rng: np.random.Generator, catalogue: Catalogue) -> np.ndarray:
    """Return (positions, shelf) items that everybody may buy."""
    is_open = (catalogue.launch_day == 0) & (catalogue.min_age == 0) & ~catalogue.blocked.any(axis=1)
    return rng.choice(np.flatnonzero(is_open), (POSITIONS, SHELF), replace=False)


def _liking(world: World, people: np.ndarray, shelves: np.ndarray) -> np.ndarray:
    """Return (people, positions, shelf) how far each person's taste is met."""
    of_taste = (world.catalogue.leaf[shelves] == world.people.taste_leaf[people][:, :, None, None]).any(
        axis=1
    )
    of_brand = world.catalogue.brand[shelves] == world.people.taste_brand[people][:, None, None]
    gap = np.abs(world.catalogue.price_level[shelves] - world.people.budget[people][:, None, None])
    return 1.5 * of_taste + of_brand + 0.5 * world.catalogue.popularity[shelves] - 0.5 * gap


def _by_taste(liking: np.ndarray) -> np.ndarray:
    weight = np.exp(liking)
    return (1 - EXPLORED) * weight / weight.sum(axis=2, keepdims=True) + EXPLORED / SHELF


def _choices(
    people: np.ndarray, shelves: np.ndarray, chances: dict[str, np.ndarray], click: np.ndarray
) -> pd.DataFrame:
    shape = click.shape
    place = np.broadcast_to(np.arange(POSITIONS)[:, None], shape)
    return pd.DataFrame(
        {
            "user_id": np.repeat(user_ids(people), POSITIONS * SHELF),
            "placement": PLACEMENT,
            "position": place.ravel() + 1,
            "item_id": [f"i{item + 1:05d}" for item in np.broadcast_to(shelves, shape).ravel()],
            **{f"{name}_probability": chances[name].ravel() for name in POLICIES},
            "click_probability": click.ravel(),
        }
    )


def rendered(list_events: pd.DataFrame, first_date: date) -> dict[int, bytes]:
    """Return the file of each day as JSON lines, in the order of time."""
    rows = list_events.sort_values(["moment", "list", "is_click", "position"], ignore_index=True)
    kind = np.where(rows["is_click"], "click", "impression")
    start = pd.to_datetime(rows["moment"], unit="ms")
    lines = pd.DataFrame(
        {
            "list_event_id": [
                f"{one[0]}{number:07d}-{position + 1}"
                for one, number, position in zip(kind, rows["list"], rows["position"], strict=True)
            ],
            "event_type": kind,
            "occurred_at": start.dt.strftime("%Y-%m-%dT%H:%M:%S.%f").str[:-3] + "Z",
            "user_id": user_ids(rows["person"].to_numpy()),
            "list_id": [f"l{number:07d}" for number in rows["list"]],
            "placement": PLACEMENT,
            "position": rows["position"] + 1,
            "item_id": [f"i{item + 1:05d}" for item in rows["item"]],
            "policy": rows["policy"],
            "policy_version": VERSION,
            "propensity": rows["propensity"],
        }
    )
    day = (rows["moment"] - first_moment(first_date)) // 86_400_000
    return {
        int(number): part.to_json(orient="records", lines=True, double_precision=15).encode()
        for number, part in lines.groupby(day)
    }
