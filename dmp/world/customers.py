"""Rows of the shop's customer file: one on registration, one on each change, with the gaps of such files."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.world.aftermath import DAY
from dmp.world.categories import CITIES, REGIONS
from dmp.world.dirt import MISSING_TEXT
from dmp.world.people import INCOME_BANDS, OCCUPATIONS, People

CHANGES_A_DAY = 1 / 500
EDUCATIONS = ("secondary", "vocational", "bachelor", "master")
GRADUATES = ("manager", "teacher", "nurse", "engineer")
MAY_BE_MISSING = ("gender", "birth_year", "occupation", "income_band", "children_count")


def draw_customer_rows(
    rng: np.random.Generator, people: People, registrations: pd.DataFrame, left_day: np.ndarray, days: int
) -> pd.DataFrame:
    """Return a row per registration and per later change (move, income, child): the full row each time.

    `registrations`: person, registered (milliseconds since the first day, may be negative). Columns: person,
    registered, updated, day (landed), city, income, children, version.
    """
    person = registrations["person"].to_numpy()
    first = registrations.assign(
        updated=registrations["registered"], day=np.maximum(registrations["registered"] // DAY, 0), version=0
    )
    span = np.maximum(np.minimum(left_day[person], days) - first["day"].to_numpy() - 1, 0)
    row = np.repeat(np.arange(len(first)), rng.poisson(span * CHANGES_A_DAY))
    changes = first.iloc[row].copy()
    changes["day"] += 1 + (rng.random(len(row)) * span[row]).astype(int)
    changes["updated"] = changes["day"] * DAY + rng.integers(0, DAY, len(row))
    changes["version"] = 1
    rows = pd.concat([first, changes]).sort_values(["person", "updated", "version"], ignore_index=True)
    owner = rows["person"].to_numpy()
    moved = rows.groupby("person")["version"].cumsum().to_numpy()
    rows["city"] = (people.city[owner] + moved) % 2
    rows["income"] = np.clip(people.income[owner] + (moved > 1), 0, len(INCOME_BANDS) - 1)
    rows["children"] = people.children[owner] + (moved > 0) * (owner % 5 == 0)
    return rows.sort_values(["day", "updated", "person", "version"], ignore_index=True)


def describe(people: People, rows: pd.DataFrame, missing: np.ndarray) -> pd.DataFrame:
    """Return `rows` with the texts of the file; `missing` (see `draw_missing`) says what is not given."""
    owner = rows["person"].to_numpy()
    region, city = people.region[owner], rows["city"].to_numpy()
    texts = {
        "email": [f"c{person:06d}@example.org" for person in owner],
        "phone": [f"+8610055{person:06d}" for person in owner],
        "gender": np.array(("female", "male"))[people.gender[owner]],
        "birth_year": people.birth_year[owner].astype(str),
        "region": np.array(REGIONS)[region],
        "city": np.array(CITIES)[region, city],
        "occupation": np.array(OCCUPATIONS)[people.occupation[owner]],
        "education": _educations(people)[owner],
        "marital_status": _marital_statuses(people)[owner],
        "income_band": np.array(INCOME_BANDS)[rows["income"]],
        "children_count": rows["children"].to_numpy().astype(str),
    }
    for field, name in enumerate(MAY_BE_MISSING):
        kind = missing[owner, field]
        texts[name] = np.where(kind >= 0, np.array(MISSING_TEXT)[kind], texts[name])
    return rows.drop(columns="city").assign(**texts)


def _educations(people: People) -> np.ndarray:
    """Some occupations need a degree; the others have any but a master's."""
    everyone = np.arange(people.count)
    is_graduate = np.isin(np.array(OCCUPATIONS)[people.occupation], GRADUATES)
    return np.array(EDUCATIONS)[np.where(is_graduate, 2 + everyone % 2, everyone % 3)]


def _marital_statuses(people: People) -> np.ndarray:
    """The two eldest of a household are married to each other, if they are of age."""
    eldest_first = np.lexsort((np.arange(people.count), people.birth_year, people.household))
    household = people.household[eldest_first]
    place = np.arange(people.count) - np.searchsorted(household, household)
    is_pair = (place < 2) & (np.bincount(people.household)[household] > 1)
    married = np.zeros(people.count, bool)
    married[eldest_first] = is_pair
    is_of_age = people.birth_year <= people.birth_year.max() - 10
    return np.where(married & is_of_age, "married", "unmarried")
