"""The questions in pandas: a process of its own, `python -m benchmarks.same_work.on_pandas LOG FOLDER`.

Texts are categories (integers inside) from the moment of reading; connected components are SciPy's.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
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

KEYS = ["event_type", "browser_id", "user_id", "device_id", "category", "channel"]
KINDS = {"browser": "browser_id", "user": "user_id", "device": "device_id"}


def main() -> None:
    """Write the answers."""
    log, target = asked()
    events = pq.read_table(log, columns=list(COLUMNS), read_dictionary=KEYS).to_pandas()
    people = identity(events)
    browsers = people[people["identifier_type"] == "browser"].set_index("identifier")["person_id"]
    person = browsers.reindex(events["browser_id"].cat.categories).astype("category")
    events["person_id"] = pd.Categorical.from_codes(
        person.cat.codes.to_numpy()[events["browser_id"].cat.codes], dtype=person.dtype
    )
    events["event_count"] = 1
    for name, kind in COUNTED.items():
        events[name] = (events["event_type"] == kind).astype("int64")
    events["amount_cents"] = events["amount_cents"].fillna(0).astype("int64")
    daily = daily_activity(events)
    answers = {
        "identity_map": people,
        "sessions": sessions(events),
        "daily_activity": daily.drop(columns=["first_at", "last_at"]),
        "profiles": profiles(daily),
        "order_channels": order_channels(events),
        "top_categories": top_categories(events),
    }
    for name, answer in answers.items():
        answer.to_parquet(target / f"{name}.parquet", index=False)


def identity(events: pd.DataFrame) -> pd.DataFrame:
    """Connected components of browsers, logins and devices."""
    browsers = events["browser_id"].cat
    links = pd.concat(
        events[["browser_id", column]]
        .dropna()
        .drop_duplicates()
        .set_axis(["browser_id", "identifier"], axis=1)
        .astype(str)
        .assign(identifier_type=kind)
        if kind != "browser"
        else pd.DataFrame(
            {"browser_id": browsers.categories, "identifier": browsers.categories, "identifier_type": kind}
        )
        for kind, column in KINDS.items()
    )
    browser, _ = pd.factorize(links["browser_id"])
    node, _ = pd.factorize(pd.MultiIndex.from_frame(links[["identifier_type", "identifier"]]))
    size = browser.max() + node.max() + 2
    pairs = coo_array(
        (np.ones(len(links), dtype=np.int8), (browser, browser.max() + 1 + node)), shape=(size, size)
    )
    _, component = connected_components(pairs, directed=False)
    person = links["browser_id"].groupby(component[browser]).transform("min")
    return links.assign(person_id=person)[["identifier_type", "identifier", "person_id"]].drop_duplicates()


def sessions(events: pd.DataFrame) -> pd.DataFrame:
    """Sorted once; a pause begins another visit."""
    ordered = events.assign(browser=events["browser_id"].cat.codes).sort_values(["browser", "event_at"])
    is_new = (ordered["browser"].diff() != 0) | (
        ordered["event_at"].diff() > pd.Timedelta(minutes=PAUSE_MINUTES)
    )
    return ordered.groupby(is_new.cumsum().to_numpy(), sort=False).agg(
        browser_id=("browser_id", "first"),
        started_at=("event_at", "min"),
        ended_at=("event_at", "max"),
        **{name: (name, "sum") for name in MEASURES},
    )


def daily_activity(events: pd.DataFrame) -> pd.DataFrame:
    """With the first and the last time of the day, for profiles."""
    return (
        events.assign(event_date=events["event_at"].dt.floor("D"))
        .groupby(["person_id", "event_date"], observed=True, sort=False)
        .agg(
            first_at=("event_at", "min"),
            last_at=("event_at", "max"),
            **{name: (name, "sum") for name in MEASURES},
        )
        .reset_index()
    )


def profiles(daily: pd.DataFrame) -> pd.DataFrame:
    """Windows are sums of days; fifths are ranks."""
    measures = list(MEASURES)
    daily = daily.assign(age=(pd.Timestamp(LAST_DAY) - daily["event_date"]).dt.days)
    by_person = daily.groupby("person_id", observed=True)
    profile = by_person.agg(
        first_at=("first_at", "min"), last_at=("last_at", "max"), recency_days=("age", "min")
    )
    for days in WINDOWS:
        recent = daily[daily["age"] < days].groupby("person_id", observed=True)[measures].sum()
        profile = profile.join(recent.add_suffix(f"_{days}d"))
    profile = profile.join(by_person[measures].sum().add_suffix("_life"))
    windows = [f"{name}_{days}d" for days in WINDOWS for name in measures]
    profile[windows] = profile[windows].fillna(0).astype("int64")
    buying = daily[daily["order_count"] > 0].groupby("person_id", observed=True)["age"].min()
    profile = profile.join(buying.rename("order_age")).reset_index()
    buyers = profile.dropna(subset="order_age").assign(name=lambda rows: rows["person_id"].astype(str))
    for score, (measure, is_less_better) in SCORES.items():
        buyers = buyers.sort_values([measure, "name"], ascending=[not is_less_better, True])
        buyers[score] = 1 + FIFTHS * np.arange(len(buyers)) // len(buyers)
    profile = profile.drop(columns="order_age").join(buyers[list(SCORES)])
    return profile.astype(dict.fromkeys(SCORES, "Int64"))


def order_channels(events: pd.DataFrame) -> pd.DataFrame:
    """The last touch of the person, at any time before."""
    person = events["person_id"].cat.codes
    touched = events["channel"].notna()
    touches = pd.DataFrame(
        {"person": person, "touch_at": events["event_at"], "channel": events["channel"].astype(str)}
    )[touched]
    touches = touches.sort_values(["touch_at", "channel"]).drop_duplicates(
        ["person", "touch_at"], keep="last"
    )
    orders = events.assign(person=person)[events["order_id"].notna()].sort_values("event_at")
    found = pd.merge_asof(
        orders[["person", "person_id", "order_id", "event_at"]],
        touches,
        left_on="event_at",
        right_on="touch_at",
        by="person",
    )
    return found[["order_id", "person_id", "touch_at", "channel"]]


def top_categories(events: pd.DataFrame) -> pd.DataFrame:
    """The commonest categories of each person."""
    counted = (
        events.dropna(subset="category").groupby(["person_id", "category"], observed=True, sort=False).size()
    )
    counted = counted.rename("event_count").reset_index()
    counted["category"] = counted["category"].astype(str)
    counted = counted.sort_values(["event_count", "category"], ascending=[False, True])
    counted["category_rank"] = counted.groupby("person_id", observed=True).cumcount() + 1
    return counted[counted["category_rank"] <= TOP]


if __name__ == "__main__":
    main()
