"""A made-up log of a shop, one Parquet file of any size: `python -m benchmarks.same_work.made_log FILE EVENTS`.

One row per event, in order of time but for visits that run past the end of their row group (1,000,000 rows):

    event_at      timestamp of milliseconds, UTC, in 180 days from 2025-01-01
    event_type    page_view, search, view, cart, purchase
    browser_id    32 hexadecimal digits; user_id: the login, or nothing; device_id: an app's, or nothing
    category      of view, cart and purchase; channel: of the first event of a visit that came from outside
    order_id, amount_cents   of a purchase: an order has one row

People are drawn by Zipf's law, flattened for the busiest half of a percent; there is one for every fifty events.
The same count of events gives the same bytes: everything comes from one generator with a fixed seed.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START, DAYS = np.datetime64("2025-01-01", "ms"), 180
DAY = 86_400_000
GROUP_ROWS = 1_000_000
EVENTS_A_VISIT, EVENTS_A_PERSON = 4.0, 50
EVENT_TYPES = np.array(["page_view", "search", "view", "cart", "purchase"])
SHARES = [0.42, 0.12, 0.36, 0.08, 0.02]
CHANNELS = np.array(["direct", "search", "email", "social", "display", "affiliate", "referral", "push"])
CATEGORIES = np.array([f"category {number:03}" for number in range(120)])
# An odd factor: numbers become texts without an order, and no two the same.
SCATTERED = np.uint64(0x9E3779B97F4A7C15)


def write_log(path: Path, events: int) -> None:
    """Write a log of that many events, visit by visit."""
    random = np.random.default_rng(7)
    groups = -(-events // GROUP_ROWS)
    writer, written = None, 0
    for group in range(groups):
        rows = events // groups + (group < events % groups)
        count = int(rows / EVENTS_A_VISIT * 1.2) + 50
        visits = _visits(random, count, group / groups, 1 / groups, max(200, events // EVENTS_A_PERSON))
        table = _events(random, rows, written, visits)
        written += rows
        writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy")
        writer.write_table(table, row_group_size=GROUP_ROWS)
    if writer:
        writer.close()


def _events(random: np.random.Generator, rows: int, before: int, visits: dict[str, np.ndarray]) -> pa.Table:
    visit = np.repeat(np.arange(len(visits["length"])), visits["length"])[:rows]
    is_first = np.r_[True, visit[1:] != visit[:-1]]
    # Most pages are read for a minute; now and then somebody comes back much later.
    pause = np.where(
        random.random(rows) < 0.02, random.integers(20, 90, rows) * 60_000, random.exponential(60_000, rows)
    )
    passed = np.cumsum(np.where(is_first, 0, pause.astype(np.int64)))
    event_ms = (
        visits["started"][visit]
        + passed
        - np.repeat(passed[is_first], np.diff(np.r_[np.flatnonzero(is_first), rows]))
    )
    event_ms = np.minimum(event_ms, DAYS * DAY - 1)
    order = np.argsort(event_ms, kind="stable")
    visit, is_first, event_ms = visit[order], is_first[order], event_ms[order]
    kind = random.choice(len(SHARES), rows, p=SHARES)
    is_order, has_login = kind == 4, (visits["login"][visit] >= 0) & ~is_first
    from_outside = is_first & (visits["channel"][visit] > 0)
    numbers = before + np.arange(rows)
    category = (random.zipf(1.3, rows) + visits["person"][visit]) % len(CATEGORIES)
    return pa.table(
        {
            "event_at": (START + event_ms.astype("timedelta64[ms]")).astype("datetime64[us]"),
            "event_type": _words(kind, EVENT_TYPES),
            "browser_id": _texts(visits["browser"][visit], "{:016x}{:016x}"),
            "user_id": _texts(visits["login"][visit], "user-{:020d}", has_login),
            "device_id": _texts(visits["device"][visit], "app-{:020d}", visits["device"][visit] >= 0),
            "category": _words(category, CATEGORIES, kind >= 2),
            "channel": _words(visits["channel"][visit], CHANNELS, from_outside),
            "order_id": _texts(numbers, "order-{:020d}", is_order),
            "amount_cents": pa.array(random.integers(500, 30_000, rows), mask=~is_order),
        }
    )


def _visits(
    random: np.random.Generator, count: int, since: float, share: float, people: int
) -> dict[str, np.ndarray]:
    flat = people / 200
    person = (flat * ((1 + people / flat) ** random.random(count) - 1)).astype(np.int64)
    # A person has up to three browsers; one visit in a hundred is made on a neighbour's.
    browser = person * 3 + np.minimum(random.geometric(0.7, count) - 1, person % 3)
    browser = np.where((random.random(count) < 0.01) & (person % 20 == 0), (person + 1) * 3, browser)
    return {
        "person": person,
        "length": random.geometric(1 / EVENTS_A_VISIT, count),
        "started": ((since + random.random(count) * share) * DAYS * DAY).astype(np.int64),
        "browser": browser,
        "login": np.where((person % 5 < 3) & (random.random(count) < 0.4), person, -1),
        "device": np.where(random.random(count) < 0.3, person * 2 + browser % 2, -1),
        "channel": np.where(random.random(count) < 0.35, 0, random.integers(0, len(CHANNELS), count)),
    }


def _texts(numbers: np.ndarray, form: str, is_there: np.ndarray | None = None) -> pa.Array:
    known, codes = np.unique(numbers, return_inverse=True)
    once = known.astype(np.uint64) * SCATTERED
    words = pa.array(
        [form.format(*each) for each in zip(once.tolist(), (once * SCATTERED).tolist(), strict=True)]
    )
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, mask=None if is_there is None else ~is_there), words
    ).cast("string")


def _words(codes: np.ndarray, words: np.ndarray, is_there: np.ndarray | None = None) -> pa.Array:
    return pa.array(words[codes], mask=None if is_there is None else ~is_there)


if __name__ == "__main__":
    write_log(Path(sys.argv[1]), int(sys.argv[2]))
