"""How long people waited after a cut, as far as is known: the rows that hazards are learned from; no model here.

A wait has a clock, in days: it begins before the cut at 0, is watched from `entry_days` on (delayed entry, for who is
asked has already waited that long: left truncation) and ends at `exit_days` with the event (`is_observed`), or
with the end of what is known (right censoring). `stratum` says which clock it is.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

SINCE_PURCHASE, SINCE_FIRST_SEEN = 0, 1
SILENCE_DAYS = 90  # as churn_90d: a customer of a shop who does nothing for a quarter has left it
COLUMNS = ("entry_days", "exit_days", "is_observed", "stratum")


def asked(people: pd.DataFrame) -> pd.DataFrame:
    """Return metrics of people with the clock of the wait for a purchase: `entry_days` and `stratum`.

    Days since the last purchase; of who never bought, days since first seen.
    """
    recency = people["purchase_recency_days"].astype("float64")
    never = recency.isna()
    clock = recency.fillna(people["tenure_days"].astype("float64")).fillna(0.0).clip(lower=0.0)
    return people.assign(entry_days=clock, stratum=np.where(never, SINCE_FIRST_SEEN, SINCE_PURCHASE))


def purchase_waits(history: pd.DataFrame, purchases: pd.DataFrame, known_until: date) -> pd.DataFrame:
    """Return `history` with its waits for the next purchase, one row per (as_of_date, user_key), sorted.

    `history`: metrics as of each cut before `known_until`; `purchases`: user_key, event_date, as `facts` reads them.
    Nothing after `known_until` is read.
    """
    rows = asked(_dated(history, known_until))
    ahead = _days_ahead(rows, purchases, known_until).groupby("row")["days"].min()
    waited = ahead.reindex(rows.index).to_numpy(dtype="float64")
    watched = (pd.Timestamp(known_until) - rows["as_of_date"]).dt.days.to_numpy(dtype="float64")
    is_observed = ~np.isnan(waited)
    exits = rows["entry_days"] + np.where(is_observed, waited, watched)
    return rows.assign(exit_days=exits, is_observed=is_observed)


def silent(people: pd.DataFrame) -> pd.DataFrame:
    """Return metrics of people with the clock of the wait for silence, which begins at the cut."""
    return people.assign(entry_days=0.0, stratum=0)


def silence_waits(history: pd.DataFrame, activity: pd.DataFrame, known_until: date) -> pd.DataFrame:
    """Return `history` with the waits for the last day before `SILENCE_DAYS` without any activity.

    `activity`: user_key and event_date of every active day after the first cut. The clock is one day ahead of the
    calendar: an event at 1 has happened by the cut, nothing was done in the `SILENCE_DAYS` after it. A silence shows
    only when it is over, so waits are known until `SILENCE_DAYS` before `known_until`; later cuts are left out.
    """
    knowable = pd.Timestamp(known_until) - pd.Timedelta(days=SILENCE_DAYS)
    rows = silent(_dated(history, knowable.date()))
    days = _days_ahead(rows, activity, known_until).sort_values(["row", "days"], ignore_index=True)
    starts = pd.DataFrame({"row": rows.index, "days": 0.0})
    days = pd.concat([starts, days]).drop_duplicates().sort_values(["row", "days"], ignore_index=True)
    gap = days.groupby("row")["days"].shift(-1).fillna(np.inf) - days["days"]
    first_silence = days[gap > SILENCE_DAYS].groupby("row")["days"].min()
    waited = first_silence.reindex(rows.index).to_numpy(dtype="float64")
    watched = (knowable - rows["as_of_date"]).dt.days.to_numpy(dtype="float64")
    is_observed = waited <= watched
    return rows.assign(exit_days=1 + np.where(is_observed, waited, watched), is_observed=is_observed)


def _dated(history: pd.DataFrame, known_until: date) -> pd.DataFrame:
    """Rows of the cuts before `known_until`, sorted by key, numbered from 0."""
    dated = history.assign(as_of_date=pd.to_datetime(history["as_of_date"]).astype("datetime64[s]"))
    dated = dated[dated["as_of_date"] < pd.Timestamp(known_until)]
    return dated.sort_values(["as_of_date", "user_key"], ignore_index=True)


def _days_ahead(rows: pd.DataFrame, events: pd.DataFrame, known_until: date) -> pd.DataFrame:
    """One row per row of `rows` and later event of its person up to `known_until`: row, days after the cut."""
    dated = events[["user_key", "event_date"]].assign(
        event_date=pd.to_datetime(events["event_date"]).astype("datetime64[s]")
    )
    dated = dated[dated["event_date"] <= pd.Timestamp(known_until)]
    keys = rows[["user_key", "as_of_date"]].rename_axis("row").reset_index()
    joined = keys.merge(dated, on="user_key")
    days = (joined["event_date"] - joined["as_of_date"]).dt.days.astype("float64")
    return pd.DataFrame({"row": joined["row"], "days": days})[days > 0]
