"""What the world is and what changes in it while the days pass; the rules of change are in other modules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.campaigns import Campaigns
from dmp.world.catalogue import Catalogue
from dmp.world.devices import Devices
from dmp.world.journal import Journal
from dmp.world.people import NEVER, People

REMINDERS = 3  # things to buy again that a person keeps in mind
DELIVERY_DAYS = 32  # longest way from an order to the experience of it


@dataclass(frozen=True)
class World:
    """What does not change: who lives here, what is on sale, what the calendar brings."""

    people: People
    catalogue: Catalogue
    devices: Devices
    campaigns: Campaigns
    day_factor: np.ndarray  # (days,)
    leaf_factor: np.ndarray  # (days, categories)
    year: np.ndarray  # (days,) calendar year

    @property
    def days(self) -> int:
        """Number of days."""
        return len(self.day_factor)


@dataclass
class State:
    """One entry per person, or per item where said; a day that does not come is NEVER."""

    world: World
    rng: np.random.Generator
    satisfaction: np.ndarray  # 0 = indifferent; drives leaving
    momentum: np.ndarray  # slow waves of interest in the shop, log scale
    wish_leaf: np.ndarray  # category wished for, -1 = none
    wish_item: np.ndarray
    reminder_day: np.ndarray  # (people, REMINDERS)
    reminder_item: np.ndarray
    registered_day: np.ndarray
    left_day: np.ndarray
    order_count: np.ndarray
    exposure_load: np.ndarray  # exposures of the last days, fading
    coupon_until: np.ndarray
    coupon_percent: np.ndarray
    coupon_offer: np.ndarray
    coming: np.ndarray  # (DELIVERY_DAYS, people) change of satisfaction on its way
    stock: np.ndarray  # per item
    delivery_size: np.ndarray  # per item
    restock_day: np.ndarray  # per item
    price: np.ndarray  # per item
    cost: np.ndarray  # per item
    audiences: dict[int, np.ndarray]  # campaign -> (2, people): who was picked, who of them is held out
    journal: Journal

    def is_present(self, day: int) -> np.ndarray:
        """Return who has come to know the shop and has not left it."""
        return (self.world.people.joined_day <= day) & (self.left_day > day)


def first_state(rng: np.random.Generator, world: World, delivery_size: np.ndarray) -> State:
    """Return the state before the first day: people who were there are mostly registered."""
    people, count, items = world.people, world.people.count, world.catalogue.count
    was_there = (people.joined_day < 0) & people.will_register & (rng.random(count) < 0.85)
    return State(
        world=world,
        rng=rng,
        satisfaction=np.zeros(count),
        momentum=rng.normal(0, 0.5, count),
        wish_leaf=np.full(count, -1),
        wish_item=np.full(count, -1),
        reminder_day=np.full((count, REMINDERS), NEVER),
        reminder_item=np.full((count, REMINDERS), -1),
        registered_day=np.where(was_there, people.joined_day, NEVER),
        left_day=np.full(count, NEVER),
        order_count=np.zeros(count, int),
        exposure_load=np.zeros(count),
        coupon_until=np.full(count, -1),
        coupon_percent=np.zeros(count),
        coupon_offer=np.full(count, -1),
        coming=np.zeros((DELIVERY_DAYS, count)),
        stock=delivery_size.copy(),
        delivery_size=delivery_size,
        restock_day=np.full(items, NEVER),
        price=world.catalogue.price.copy(),
        cost=world.catalogue.cost.copy(),
        audiences={},
        journal=Journal(),
    )
