"""The devices people hold and the cookies on them; a cookie is the anonymous id of the logs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dmp.world.people import People

KINDS = (  # device_type, os, user agent
    (
        "mobile",
        "Android 16",
        "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/140 Mobile Safari/537",
    ),
    ("mobile", "iOS 19", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) AppleWebKit/605.1.15 Safari/604.1"),
    ("app", "Android 16", "ShopApp/5.2 (Android 16; zh-CN)"),
    ("app", "iOS 19", "ShopApp/5.2 (iOS 19; zh-CN)"),
    (
        "desktop",
        "Windows 11",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140 Safari/537",
    ),
    ("desktop", "macOS 26", "Mozilla/5.0 (Macintosh; Intel Mac OS X 26_0) AppleWebKit/605.1.15 Safari/605.1"),
    ("tablet", "Android 16", "Mozilla/5.0 (Linux; Android 16; Tab) AppleWebKit/537.36 Chrome/140 Safari/537"),
    (
        "tablet",
        "iPadOS 19",
        "Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    ),
    ("desktop", "Linux", "Crawlbot/2.1 (+https://crawlbot.example/about)"),
)
APP_KINDS = (2, 3)
BOT_KIND = len(KINDS) - 1
COOKIES_PER_DEVICE = 4096  # more than a device can use up: a cookie lives for weeks


@dataclass(frozen=True)
class Devices:
    """One entry per device in every array but `of_person`; device number = position."""

    kind: np.ndarray
    household: np.ndarray
    is_shared: np.ndarray
    cookie_days: np.ndarray  # days until a cookie is renewed
    cookie_phase: np.ndarray
    of_person: np.ndarray  # (people, 4) device numbers, -1 where there are fewer
    per_person: np.ndarray

    def cookie_at(self, device: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Return the number of the cookie that a device carries on a day."""
        renewals = (day + 1_000 + self.cookie_phase[device]) // self.cookie_days[device]
        return device * COOKIES_PER_DEVICE + renewals


def draw_devices(rng: np.random.Generator, people: People) -> Devices:
    """Draw a phone for all, an app or a desktop for some, a shared device for most households of several."""
    count = people.count
    apple = rng.integers(0, 2, count)
    household_size = np.bincount(people.household)
    sharing = (household_size > 1) & (rng.random(len(household_size)) < 0.7)
    shared_kind = rng.choice((4, 6, 7), len(household_size))
    everyone = np.arange(count)
    owned = [everyone, everyone[rng.random(count) < 0.35], everyone[rng.random(count) < 0.4]]
    kind = [apple, 2 + apple[owned[1]], 4 + apple[owned[2]], shared_kind[sharing]]
    household = [*(people.household[owner] for owner in owned), np.flatnonzero(sharing)]
    kinds = np.concatenate(kind)
    of_person = np.full((count, 4), -1)
    start = 0
    for column, owner in enumerate(owned):
        of_person[owner, column] = start + np.arange(len(owner))
        start += len(owner)
    shared_device = np.full(len(household_size), -1)
    shared_device[sharing] = start + np.arange(sharing.sum())
    of_person[:, 3] = shared_device[people.household]
    of_person = np.take_along_axis(of_person, np.argsort(of_person < 0, axis=1, kind="stable"), axis=1)
    lives_long = np.isin(kinds, APP_KINDS)
    return Devices(
        kind=kinds,
        household=np.concatenate(household),
        is_shared=np.arange(len(kinds)) >= start,
        cookie_days=np.where(lives_long, 2_000, rng.integers(60, 500, len(kinds))),
        cookie_phase=rng.integers(0, 500, len(kinds)),
        of_person=of_person,
        per_person=(of_person >= 0).sum(axis=1),
    )


def choose_devices(rng: np.random.Generator, devices: Devices, person: np.ndarray) -> np.ndarray:
    """Return a device per visit; a person's first device is used most."""
    place = (rng.random(len(person)) ** 1.5 * devices.per_person[person]).astype(int)
    return devices.of_person[person, place]
