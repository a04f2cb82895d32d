"""The texts behind the numbers: ids, addresses, names, as the shop's logs show them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.world.catalogue import Catalogue
from dmp.world.categories import BRANDS, CATEGORIES, LEAF_NAMES
from dmp.world.devices import BOT_KIND, KINDS, Devices

HALF = 24  # bits
STRIDES = {
    "device": 0x5DEECE66D1B5,
    "anonymous": 0x2545F4914F6D,
}  # odd, so that different numbers give different ids


def scramble(numbers: np.ndarray, name: str) -> list[str]:
    """Return twelve hexadecimal digits per number below 2^48, different for different numbers."""
    spread = [int(number) * STRIDES[name] % (1 << 2 * HALF) for number in numbers]
    return [f"{one ^ (one >> HALF):012x}" for one in spread]


def user_ids(people: np.ndarray) -> list[str]:
    """Return logins such as "c000123"."""
    return [f"c{number:06d}" for number in people]


def user_names(count: int) -> pd.DataFrame:
    """Return a row per person: person, user_id."""
    return pd.DataFrame({"person": np.arange(count), "user_id": user_ids(np.arange(count))})


def person_ids(people: np.ndarray) -> list[str]:
    """Return the ledger's own ids, which no log shows."""
    return [f"p{number:06d}" for number in people]


def device_names(devices: Devices, bots: int) -> pd.DataFrame:
    """Return a row per device, bots' last: device, device_id, device_type, os, user_agent, ip.

    Addresses are of 198.18.0.0/15, which is reserved for tests (RFC 2544); one per household.
    """
    kind = np.concatenate([devices.kind, np.full(bots, BOT_KIND)])
    household = np.concatenate([devices.household, devices.household.max() + 1 + np.arange(bots)])
    names = pd.DataFrame([KINDS[one] for one in kind], columns=["device_type", "os", "user_agent"])
    names.insert(0, "device", np.arange(len(kind)))
    names.insert(1, "device_id", ["d" + text for text in scramble(names["device"].to_numpy(), "device")])
    names["ip"] = [f"198.{18 + home // 65_536 % 2}.{home // 256 % 256}.{home % 256}" for home in household]
    return names


def cookie_names(cookies: np.ndarray) -> pd.DataFrame:
    """Return a row per cookie seen: cookie, anonymous_id."""
    unique = np.unique(cookies)
    return pd.DataFrame(
        {"cookie": unique, "anonymous_id": ["a" + text for text in scramble(unique, "anonymous")]}
    )


def item_names(catalogue: Catalogue, regions: tuple[str, ...]) -> pd.DataFrame:
    """Return a row per item: item and the columns of the item file that never change; min_age NULL = none."""
    blocked = ["|".join(np.array(regions)[row]) for row in catalogue.blocked]
    return pd.DataFrame(
        {
            "item": np.arange(catalogue.count),
            "item_id": [f"i{number + 1:05d}" for number in range(catalogue.count)],
            "name": catalogue.names,
            "category_path": [CATEGORIES[leaf].path for leaf in catalogue.leaf],
            "brand": [BRANDS[brand] for brand in catalogue.brand],
            "min_age": pd.Series(catalogue.min_age, dtype="Int64").where(catalogue.min_age > 0),
            "blocked_regions": blocked,
            "is_consumable": catalogue.rhythm_days > 0,
        }
    )


def leaf_names() -> pd.DataFrame:
    """Return a row per category: leaf, slug (of its page), query (what people type)."""
    return pd.DataFrame(
        {
            "leaf": range(len(CATEGORIES)),
            "slug": [name.lower().replace(" ", "-") for name in LEAF_NAMES],
            "query": [category.query for category in CATEGORIES],
        }
    )
