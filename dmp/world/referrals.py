"""Who came on whose word: some of those who register were told of the shop by somebody registered before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.world.aftermath import DAY

REFERRED = 0.25  # share of the registrations


def draw_referrals(
    rng: np.random.Generator, registrations: pd.DataFrame, left_day: np.ndarray
) -> pd.DataFrame:
    """Return referrals at the moment of registration: person (who came), referrer, day, offset (milliseconds).

    Who has told others tells more of them (preferential attachment, Barabasi and Albert 1999), so that few people
    bring many. `registrations`: person, registered (milliseconds since the first day).
    """
    lots: list[int] = []
    rows = []
    for person, registered in registrations.sort_values(["registered", "person"]).to_numpy().tolist():
        if registered >= 0 and lots and rng.random() < REFERRED:
            referrer = lots[rng.integers(len(lots))]
            if left_day[referrer] > registered // DAY:
                rows.append((person, referrer, registered // DAY, registered % DAY))
                lots.append(referrer)
        lots.append(person)
    return pd.DataFrame(rows, columns=["person", "referrer", "day", "offset"], dtype=np.int64)
