"""The built-in shop: one call writes its landing files and the ledger of the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from dmp.settings import DmpError
from dmp.world import ledger
from dmp.world.behaviour import run_days
from dmp.world.bots import add_bots, bot_count
from dmp.world.campaigns import draw_campaigns
from dmp.world.catalogue import draw_catalogue
from dmp.world.customers import MAY_BE_MISSING, describe
from dmp.world.devices import draw_devices
from dmp.world.dirt import Dirt, deliver, draw_missing
from dmp.world.dirt_ledger import bot_lines, dirty_lines, missing_values
from dmp.world.history import draw_history
from dmp.world.lists import draw_lists, rendered
from dmp.world.people import draw_people
from dmp.world.rendering import LINES, open_tables
from dmp.world.seasons import category_factors, day_factors
from dmp.world.state import State, World, first_state
from dmp.world.stock import delivery_sizes
from dmp.world.writing import SOURCE, Landing, write_exposures, write_lines

SUNDAY = 6
Progress = Callable[[str, int, int], None]  # what is being done, days done, days in all


@dataclass(frozen=True)
class WorldSummary:
    """What was written: lines per entity (dirt counted), dates, people."""

    first_date: date
    last_date: date
    people: int
    registered: int
    row_counts: dict[str, int]

    @property
    def events(self) -> int:
        """Lines of the event files."""
        return self.row_counts["events"]

    @property
    def orders(self) -> int:
        """Lines of the order files."""
        return self.row_counts["orders"]


class Soiled(NamedTuple):
    """What the writing of lines leaves to tell: lines per entity, and tables of their dirt."""

    row_counts: dict[str, int]
    tables: list[pd.DataFrame]


def write_world(
    landing: Path,
    truth: Path,
    *,
    people: int,
    days: int,
    seed: int = 7,
    last_date: date = date(2026, 6, 28),
    dirt: Dirt | None = None,
    has_lists: bool = False,
    progress: Progress | None = None,
) -> WorldSummary:
    """Write `landing/shop/<date>/` for `days` days up to `last_date`, and the ledger into `truth`.

    Equal arguments give equal bytes. With `has_lists`, the home page's lists are logged too, and nothing else
    differs. `progress` is called with what is being done, days done, days in all.
    Raises DmpError if the shop's landing folder already holds something, or if there are neither people nor
    days.
    """
    if people < 1 or days < 1:
        raise DmpError("a world needs at least one person and one day")
    if (landing / SOURCE).exists() and any((landing / SOURCE).iterdir()):
        raise DmpError(f"{landing / SOURCE} already holds files, which are never edited; choose another home")
    tell: Progress = progress or (lambda what, done, total: None)
    life, traces, soil, listing = np.random.default_rng(seed).spawn(4)
    dirt, place = dirt or Dirt(), Landing(landing, last_date - timedelta(days=days - 1))
    state = _live(life, people, days, place.first_date, tell)
    history = draw_history(traces, state, place.first_date)
    bots = bot_count(dirt.bots, people)
    listed = draw_lists(listing, state.world, history["events"]) if has_lists else None
    history["events"] = add_bots(soil, state.world, history["events"], bots, place.first_date)
    missing = draw_missing(soil, dirt, people, len(MAY_BE_MISSING))
    history["customers"] = describe(state.world.people, history["customers"], missing)
    effects = ledger.effects(state.world, history["exposures"])
    write_exposures(place, effects, history["exposures"])
    with duckdb.connect(config={"threads": 2}) as connection:
        open_tables(connection, state.world, history, bots)
        soiled = _write_entities(connection, place, history, rng=soil, dirt=dirt, days=days, tell=tell)
        identities = ledger.identities(connection, place.first_date)
        signals = ledger.signals(connection, place.first_date)
    ledger.write_tables(
        truth,
        people=ledger.people_table(state, history, place.first_date, bots),
        **identities,
        signals=signals,
        effects=effects,
        hazards=ledger.hazards(state.journal.table("hazards"), place.first_date),
        dirt=pd.concat([*soiled.tables, missing_values(place, history["customers"])], ignore_index=True),
    )
    if listed:
        for day, content in rendered(listed[0], place.first_date).items():
            place.write("list_events", day, content)
        ledger.write_tables(truth, list_choices=listed[1])
    row_counts = {**soiled.row_counts, "exposures": len(effects)}
    return WorldSummary(place.first_date, last_date, people, len(history["registrations"]), row_counts)


def _live(rng: np.random.Generator, count: int, days: int, first_date: date, tell: Progress) -> State:
    """Draw a world and let its days pass."""
    dates = [first_date + timedelta(days=day) for day in range(days)]
    people = draw_people(rng, count, days, first_date.year)
    catalogue = draw_catalogue(rng, count, days)
    world = World(
        people=people,
        catalogue=catalogue,
        devices=draw_devices(rng, people),
        campaigns=draw_campaigns(rng, days),
        day_factor=day_factors(first_date, days),
        leaf_factor=category_factors(first_date, days),
        year=np.array([one.year for one in dates]),
    )
    state = first_state(rng, world, delivery_sizes(rng, catalogue.popularity, catalogue.leaf, count))
    cuts = {day for day, one in enumerate(dates) if one.weekday() == SUNDAY} or {days - 1}
    run_days(state, cuts, lambda day: tell("living", day + 1, days))
    return state


def _write_entities(
    connection: duckdb.DuckDBPyConnection,
    place: Landing,
    history: dict[str, pd.DataFrame],
    *,
    rng: np.random.Generator,
    dirt: Dirt,
    days: int,
    tell: Progress,
) -> Soiled:
    """Write the files of every entity that is lines of text."""
    soiled = Soiled({}, [])
    for entity in LINES:
        lines = deliver(rng, dirt, entity, history[entity]["day"].to_numpy(), days)
        for day in write_lines(connection, place, entity, lines):
            tell(f"writing {entity}", day + 1, days)
        soiled.row_counts[entity] = len(lines)
        soiled.tables.append(dirty_lines(place, entity, lines))
        if entity == "events":
            soiled.tables.append(bot_lines(place, lines, history["events"]["is_bot"].to_numpy()))
    return soiled
