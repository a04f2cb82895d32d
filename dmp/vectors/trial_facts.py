"""What a trial of representations knows at a cut, and what people bought in the window after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from dmp.vectors.behaviour import Behaviour, behaviour_as_known

# A person of then goes by an identifier of today's person: the outcome is that of whom they turned out to be.
_BOUGHT = """
SELECT DISTINCT map.identifier_key AS user_key, activity.item_id
FROM profiles.user_item_activity AS activity JOIN profiles.identity_map AS map USING (user_key)
WHERE activity.known_to = DATE '9999-12-31' AND activity.purchase_count > 0
    AND activity.event_date > $cut AND activity.event_date <= $cut + $days
ORDER BY ALL
"""
_CONSENTING = """
SELECT DISTINCT map.identifier_key AS user_key
FROM profiles.identity_map AS map JOIN profiles.learning_consents AS consents USING (user_key)
SEMI JOIN profiles.user_metrics_history AS known
    ON known.user_key = map.identifier_key AND known.as_of_date = $cut AND known.is_identified
WHERE consents.is_consented_analytics
"""


@dataclass(frozen=True)
class Situation:
    """People at a cut. `people`: the rows of `behaviour.matrix` to judge.

    `bought`: people x groups, in the window; `bought_items`: user_key, item_id, each once, sorted.
    """

    cut: date
    behaviour: Behaviour
    people: np.ndarray
    bought: np.ndarray
    bought_items: pd.DataFrame


def situation(connection: duckdb.DuckDBPyConnection, cut: date, days: int, groups: pd.DataFrame) -> Situation:
    """Return the identified people who consent to analytics and did something by the cut, and their next purchases."""
    behaviour = behaviour_as_known(connection, cut, ("days", "attributes"))
    consenting = connection.execute(_CONSENTING, {"cut": cut}).df()["user_key"]
    people = np.flatnonzero(np.isin(behaviour.users, consenting))
    items = connection.execute(_BOUGHT, {"cut": cut, "days": days}).df()
    items = items[items["user_key"].isin(behaviour.users[people])]
    bought = items.merge(groups, on="item_id")
    names = np.unique(groups["group_name"])
    outcome = np.zeros((len(people), len(names)), dtype=bool)
    places = np.searchsorted(behaviour.users[people], bought["user_key"])
    outcome[places, np.searchsorted(names, bought["group_name"].to_numpy(dtype=names.dtype))] = True
    return Situation(cut, behaviour, people, outcome, items)
