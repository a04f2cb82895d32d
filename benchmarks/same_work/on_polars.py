"""The questions in Polars: a process of its own, `python -m benchmarks.same_work.on_polars LOG FOLDER [ENGINE]`.

Texts are categories (integers inside) from the moment of reading. ENGINE: `in-memory`, or `streaming`.
"""

from __future__ import annotations

import sys

import numpy as np
import polars as pl
from polars import col
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.same_work.questions import (
    COLUMNS,
    COUNTED,
    FIFTHS,
    LAST_DAY,
    MEASURES,
    PAUSE_MINUTES,
    SCORES,
    TOP,
    WINDOWS,
    asked,
)

KEYS = ("event_type", "browser_id", "user_id", "device_id", "category", "channel")


def main() -> None:
    """Write the answers."""
    log, target = asked()
    engine = sys.argv[3] if len(sys.argv) > 3 else "in-memory"
    events = (
        pl.scan_parquet(log)
        .select(COLUMNS)
        .with_columns(col(*KEYS).cast(pl.Categorical))
        .collect(engine=engine)
    )
    people = identity(events)
    events = events.join(
        people.filter(col("identifier_type") == "browser").select(
            browser_id="identifier", person_id="person_id"
        ),
        on="browser_id",
    )
    daily = daily_activity(events.lazy()).collect(engine=engine)
    answers = {
        "identity_map": people.lazy(),
        "sessions": sessions(events.lazy()),
        "daily_activity": daily.lazy().drop("first_at", "last_at"),
        "profiles": profiles(daily.lazy()),
        "order_channels": order_channels(events.lazy()),
        "top_categories": top_categories(events.lazy()),
    }
    for name, answer in answers.items():
        answer.collect(engine=engine).write_parquet(target / f"{name}.parquet", compression="snappy")


def identity(events: pl.DataFrame) -> pl.DataFrame:
    """Connected components of browsers, logins and devices."""
    links = pl.concat(
        events.lazy()
        .filter(col(kind).is_not_null())
        .select("browser_id", identifier_type=pl.lit(name), identifier=col(kind))
        .unique()
        for name, kind in (("browser", "browser_id"), ("user", "user_id"), ("device", "device_id"))
    ).collect()
    nodes = links.with_columns(
        browser=col("browser_id").rank("dense") - 1,
        node=pl.struct("identifier_type", "identifier").rank("dense") - 1,
    )
    browsers = nodes["browser"].max() + 1
    size = browsers + nodes["node"].max() + 1
    pairs = coo_array(
        (
            np.ones(len(nodes), dtype=np.int8),
            (nodes["browser"].to_numpy(), browsers + nodes["node"].to_numpy()),
        ),
        shape=(size, size),
    )
    _, component = connected_components(pairs, directed=False)
    return (
        nodes.with_columns(component=pl.Series(component)[nodes["browser"]])
        .with_columns(
            person_id=col("browser_id").cast(pl.String).min().over("component").cast(pl.Categorical)
        )
        .select("identifier_type", "identifier", "person_id")
        .unique()
    )


def measures() -> list[pl.Expr]:
    """Counts by type of event, and money."""
    return [
        pl.len().cast(pl.Int64).alias("event_count"),
        *((col("event_type") == kind).sum().cast(pl.Int64).alias(name) for name, kind in COUNTED.items()),
        col("amount_cents").sum(),
    ]


def sessions(events: pl.LazyFrame) -> pl.LazyFrame:
    """Sorted once; a pause begins another visit."""
    pause = col("event_at") - col("event_at").shift().over("browser_id")
    return (
        events.sort("browser_id", "event_at")
        .with_columns(visit=(pause.is_null() | (pause > pl.duration(minutes=PAUSE_MINUTES))).cum_sum())
        .group_by("browser_id", "visit")
        .agg(col("event_at").min().alias("started_at"), col("event_at").max().alias("ended_at"), *measures())
        .drop("visit")
    )


def daily_activity(events: pl.LazyFrame) -> pl.LazyFrame:
    """With the first and the last time of the day, for profiles."""
    return events.group_by("person_id", event_date=col("event_at").dt.date()).agg(
        col("event_at").min().alias("first_at"), col("event_at").max().alias("last_at"), *measures()
    )


def profiles(daily: pl.LazyFrame) -> pl.LazyFrame:
    """Windows are sums of days; fifths are ranks."""
    age = (pl.lit(LAST_DAY) - col("event_date")).dt.total_days()
    summed = (
        daily.with_columns(age=age)
        .group_by("person_id")
        .agg(
            col("first_at").min(),
            col("last_at").max(),
            col("age").min().alias("recency_days"),
            col("age").filter(col("order_count") > 0).min().alias("order_age"),
            *(
                col(name).filter(col("age") < days).sum().alias(f"{name}_{days}d")
                for days in WINDOWS
                for name in MEASURES
            ),
            *(col(name).sum().alias(f"{name}_life") for name in MEASURES),
        )
    )
    buyers = summed.filter(col("order_age").is_not_null()).with_columns(name=col("person_id").cast(pl.String))
    for score, (measure, is_less_better) in SCORES.items():
        buyers = buyers.sort(measure, "name", descending=[is_less_better, False]).with_columns(
            (1 + FIFTHS * pl.int_range(pl.len()) // pl.len()).cast(pl.Int64).alias(score)
        )
    return summed.join(buyers.select("person_id", *SCORES), on="person_id", how="left").drop("order_age")


def order_channels(events: pl.LazyFrame) -> pl.LazyFrame:
    """The last touch of the person, at any time before."""
    touches = (
        events.filter(col("channel").is_not_null())
        .group_by("person_id", touch_at="event_at")
        .agg(col("channel").cast(pl.String).max())
        .sort("touch_at")
    )
    orders = (
        events.filter(col("event_type") == "purchase")
        .select("person_id", "event_at", "order_id")
        .sort("event_at")
    )
    return orders.join_asof(
        touches, left_on="event_at", right_on="touch_at", by="person_id", strategy="backward", coalesce=False
    ).select("order_id", "person_id", "touch_at", "channel")


def top_categories(events: pl.LazyFrame) -> pl.LazyFrame:
    """The commonest categories of each person."""
    return (
        events.filter(col("category").is_not_null())
        .group_by("person_id", "category")
        .agg(pl.len().cast(pl.Int64).alias("event_count"))
        .sort("event_count", col("category").cast(pl.String), descending=[True, False])
        .with_columns(category_rank=1 + pl.int_range(pl.len()).over("person_id"))
        .filter(col("category_rank") <= TOP)
    )


if __name__ == "__main__":
    main()
