"""The truth behind the logs, as Parquet; only evaluation may read it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from dmp.world.aftermath import DAY
from dmp.world.campaigns import CAMPAIGN_CHANNELS
from dmp.world.categories import BRANDS, CATEGORIES, REGIONS
from dmp.world.history import first_moment
from dmp.world.identifiers import person_ids, user_ids
from dmp.world.people import NEVER
from dmp.world.state import State, World
from dmp.world.visits import WISH_ORDER, WISH_VISITS
from dmp.world.wishes import FADING

IDENTITY_DAYS = """
WITH seen AS (
    SELECT person, cookie, device, day, is_logged_in FROM events
    UNION ALL SELECT person, cookie, device, day, true FROM orders
),
identifiers AS (
    SELECT 'anonymous' AS identifier_type, anonymous_id AS identifier, person, day
    FROM seen JOIN cookie_names USING (cookie)
    UNION ALL SELECT 'device', device_id, person, day FROM seen JOIN device_names USING (device)
    UNION ALL SELECT 'login', user_id, person, day FROM seen JOIN user_names USING (person) WHERE is_logged_in
    UNION ALL SELECT 'login', user_id, person, day FROM customers JOIN user_names USING (person)
)
SELECT identifier_type, identifier, printf('p%06d', person) AS person_id,
    $first_date::DATE + day::INTEGER AS event_date, count(*) AS row_count
FROM identifiers
GROUP BY ALL
ORDER BY ALL
"""
IDENTITIES = """
SELECT identifier_type, identifier, person_id, sum(row_count)::BIGINT AS row_count,
    min(event_date) AS first_date, max(event_date) AS last_date,
    count(*) OVER (PARTITION BY identifier_type, identifier) > 1 AS is_shared
FROM identity_days
GROUP BY identifier_type, identifier, person_id
ORDER BY identifier_type, identifier, person_id
"""

SIGNALS = """
WITH signals AS (
    SELECT person, day, 'visit' AS signal FROM events
    UNION SELECT person, day, 'intent' FROM events JOIN event_type_names USING (kind)
    WHERE event_type IN ('cart', 'favourite', 'login')
    UNION SELECT person, day, unnest(['visit', 'order']) FROM orders
    UNION SELECT person, day, 'recommendation' FROM reviews GROUP BY person, day HAVING avg(rating) >= 4
)
SELECT printf('p%06d', person) AS person_id, $first_date::DATE + day::INTEGER AS date, signal
FROM signals
ORDER BY person_id, date, signal
"""


def write_tables(truth: Path, **tables: pd.DataFrame | pa.Table) -> None:
    """Write each table as `<name>.parquet`."""
    truth.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        columns = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
        pyarrow.parquet.write_table(columns.replace_schema_metadata(), truth / f"{name}.parquet")


def identities(connection: duckdb.DuckDBPyConnection, first_date: date) -> dict[str, pa.Table]:
    """Return who was seen under which identifier in events, orders or customers.

    identity_days: a row per (identifier, person, event_date): identifier_type (login, anonymous, device),
    identifier, person_id, event_date, row_count. identities: a row per (identifier, person), with first_date,
    last_date and is_shared (several people) in place of event_date.
    """
    days = connection.sql(IDENTITY_DAYS, params={"first_date": first_date}).to_arrow_table()
    connection.register("identity_days", days)
    return {"identity_days": days, "identities": connection.sql(IDENTITIES).to_arrow_table()}


def signals(connection: duckdb.DuckDBPyConnection, first_date: date) -> pa.Table:
    """Return a row per person, date and signal of the lifecycle (visit, intent, order, recommendation), bots too."""
    return connection.sql(SIGNALS, params={"first_date": first_date}).to_arrow_table()


def people_table(state: State, history: dict[str, pd.DataFrame], first_date: date, bots: int) -> pd.DataFrame:
    """Return a row per person, bots last.

    Columns: person_id, user_id (NULL = never registered), household_id, taste_category (path),
    taste_categories (best first), taste_brand, budget (1 = buys at a category's median price), region,
    birth_year, joined_at, registered_at, left_at (NULL = still there; nothing is done from then on),
    is_alive, is_bot, visit_rate and wish_rate (a day), leaving_rate (a day, when indifferent).
    """
    people, start = state.world.people, first_moment(first_date)
    everyone = np.arange(people.count)
    registered = history["registrations"].set_index("person")["registered"].reindex(everyone)
    first_seen = history["events"].groupby("person")["moment"].min().reindex(everyone)
    joined = first_seen.where((people.joined_day >= 0) & first_seen.notna(), start + people.joined_day * DAY)
    left = np.where(state.left_day < NEVER, start + state.left_day * float(DAY), np.nan)
    table = pd.DataFrame(
        {
            "person_id": person_ids(everyone),
            "user_id": pd.Series(user_ids(everyone)).where(registered.notna(), None),
            "household_id": [f"h{number:06d}" for number in people.household],
            "taste_category": [CATEGORIES[leaf].path for leaf in people.taste_leaf[:, 0]],
            "taste_categories": [[CATEGORIES[leaf].path for leaf in leaves] for leaves in people.taste_leaf],
            "taste_brand": [BRANDS[brand] for brand in people.taste_brand],
            "budget": np.exp(people.budget).round(4),
            "region": [REGIONS[region] for region in people.region],
            "birth_year": people.birth_year,
            "joined_at": _timestamps(joined),
            "registered_at": _timestamps(start + registered),
            "left_at": _timestamps(left),
            "is_alive": state.left_day >= NEVER,
            "is_bot": False,
            "visit_rate": people.visit_rate,
            "wish_rate": people.need_rate,
            "leaving_rate": people.leaving_rate,
        }
    )
    robots = pd.DataFrame(
        {"person_id": person_ids(people.count + np.arange(bots)), "is_bot": True, "is_alive": True}
    )
    return pd.concat([table, robots], ignore_index=True)


def _timestamps(moments: np.ndarray | pd.Series) -> pd.DatetimeIndex:
    return pd.to_datetime(np.asarray(moments, float), unit="ms", utc=True).as_unit("ms")


def effects(world: World, exposures: pd.DataFrame) -> pd.DataFrame:
    """Return a row per exposure, with what it changed; nothing where held out.

    Columns: exposure_id, campaign_id, person_id, user_id, channel, is_holdout, exposed_at,
    wish_probability_added, is_wish_started, is_visit_caused, satisfaction_change, purchase_probability_added
    (wish_probability_added x the chance that such a wish ends in an order before it fades).
    """
    person = exposures["person"].to_numpy()
    at_once = WISH_ORDER * world.people.decision[person]
    a_day = 1 - np.exp(-WISH_VISITS * at_once)
    fulfilled = at_once + (1 - at_once) * a_day / (a_day + FADING)
    return pd.DataFrame(
        {
            "exposure_id": [f"x{number:07d}" for number in range(1, len(exposures) + 1)],
            "campaign_id": [f"k{number + 1:03d}" for number in exposures["campaign"]],
            "person_id": person_ids(person),
            "user_id": user_ids(person),
            "channel": [CAMPAIGN_CHANNELS[number] for number in exposures["channel"]],
            "is_holdout": exposures["is_holdout"].astype(bool),
            "exposed_at": _timestamps(exposures["moment"]),
            "wish_probability_added": exposures["wish_probability_added"],
            "is_wish_started": exposures["is_wish_started"].astype(bool),
            "is_visit_caused": exposures["is_visit_caused"].astype(bool),
            "satisfaction_change": exposures["satisfaction_change"],
            "purchase_probability_added": exposures["wish_probability_added"] * fulfilled,
        }
    )


def hazards(cuts: pd.DataFrame, first_date: date) -> pd.DataFrame:
    """Return a row per Sunday and person then present: cut_date, person_id and the columns of `forecast`."""
    dates = pd.Timestamp(first_date) + pd.to_timedelta(cuts["day"].to_numpy(), unit="D")
    named = cuts.drop(columns=["day", "person"])
    named.insert(0, "cut_date", dates.date)
    named.insert(1, "person_id", person_ids(cuts["person"].to_numpy()))
    return named
