"""Clusters over time: fitted at some weekly cuts, matched to those before, applied at every cut and to today's people.

A fold over weekly cuts: what a cut says depends on it, the cut before and the fits up to it, so days one by one, in
batches or all at once write the same rows.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import numpy as np
import pandas as pd

from dmp.segments.cluster_choice import PLAIN, chosen, trials
from dmp.segments.cluster_tables import Fit, read_fits, write_changes, write_fit, write_today, write_trials
from dmp.segments.clusters import METRICS, Clustering, described, fit, logs, matched
from dmp.segments.folding import Pair, chunks

# Keys are hashes, so the smallest are a fair sample of people, the same ones from fit to fit.
SAMPLED_PEOPLE = 2_000
FEWEST_PEOPLE = 50
# Fits are at the 1st, 4th, 13th Sunday and every quarter after; the recipe is chosen at the 26th and every year after,
# by what people did in the quarter before.
EARLY, QUARTER, YEAR = (1, 4), 13, 52
# Learned are clusters from people alone who had consented by that Sunday.
CONSENTING = (
    "SEMI JOIN (FROM profiles.user_consent_history WHERE is_consented_analytics) AS consents "
    "USING (as_of_date, user_key)"
)
# The history may hold other days too, that the settings ask for.
SUNDAYS = """
SELECT DISTINCT as_of_date FROM profiles.user_metrics_history WHERE isodow(as_of_date) = 7 ORDER BY as_of_date
"""
DONE = "SELECT max(as_of_date) FROM segments.segment_sizes WHERE segment_id LIKE 'cluster\\_%' ESCAPE '\\'"


def is_fitted(number: int) -> bool:
    """Whether clusters are made anew at a Sunday, by its number in the log, from 1."""
    return number in EARLY or number % QUARTER == 0


def is_chosen(number: int) -> bool:
    """Whether the recipe is chosen anew at a Sunday."""
    return number % YEAR == 2 * QUARTER


def refresh_clusters(connection: duckdb.DuckDBPyConnection, first: date, served: date) -> None:
    """Bring the clusters, their people and their logs to the served day; `first`: the first landed day that is run."""
    # Only libraries that are loaded are limited.
    import sklearn.cluster
    import sklearn.mixture  # noqa: F401
    from threadpoolctl import threadpool_limits

    sundays = [day for (day,) in connection.execute(SUNDAYS).fetchall()]
    models = _Models(connection, read_fits(connection, first))
    # One thread: the same sums in another order must not move anybody.
    with threadpool_limits(1):
        for number, sunday in enumerate(sundays, start=1):
            if is_fitted(number) and sunday > models.last:
                models.add(number, sunday)
        if not models.fits:
            return
        (done,) = connection.execute(DONE).fetchone() or (None,)
        days = [None, *sundays] if served in sundays else [None, *sundays, served]
        pending: list[Pair] = [(was, now) for was, now in pairwise(days) if now and now > (done or date.min)]
        for pairs in chunks(connection, pending):
            wanted = sorted({day for pair in pairs for day in pair if day})
            people = [models.people(day, is_served=day not in sundays) for day in wanted]
            write_changes(connection, pd.concat(people, ignore_index=True), pairs)
        write_today(connection, models.people(served, is_served=True), models.fits[-1], served)


class _Models:
    """The fits of the log, each made again from its sample when it is asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, fits: list[Fit]) -> None:
        self.connection = connection
        self.fits = fits
        self._made: dict[date, Clustering] = {}

    @property
    def last(self) -> date:
        """The Sunday of the last fit."""
        return self.fits[-1].fitted_on if self.fits else date.min

    def add(self, number: int, sunday: date) -> None:
        """Fit clusters at a Sunday and number them after those that they follow; too few people make none."""
        people = self._learned_from(sunday)
        if len(people) < FEWEST_PEOPLE:
            return
        before = self.fits[-1] if self.fits else None
        recipe = before.recipe if before else PLAIN
        outcomes = self._outcomes(sunday) if is_chosen(number) else ((), ())
        if len(outcomes[0]) >= FEWEST_PEOPLE:
            tried = trials(*outcomes)
            write_trials(self.connection, sunday, tried)
            recipe = chosen(tried)
        points = logs(people)
        model = self._made[sunday] = fit(points, recipe)
        labels = model.label(points)
        if before:
            used = max(place for known in self.fits for place in known.ids)
            ids = matched(self.made(before).label(points), labels, before.ids, model.count, used + 1)
        else:
            means = people["purchase_amount_life"].astype("float64").groupby(labels).mean()
            ids = (np.argsort(np.argsort(means.to_numpy(), kind="stable"), kind="stable") + 1).tolist()
        self.fits.append(Fit(sunday, recipe, ids))
        write_fit(self.connection, self.fits[-1], described(model.means))

    def made(self, one: Fit) -> Clustering:
        """Return the clustering of a fit."""
        if one.fitted_on not in self._made:
            self._made[one.fitted_on] = fit(logs(self._learned_from(one.fitted_on)), one.recipe)
        return self._made[one.fitted_on]

    def people(self, day: date, *, is_served: bool = False) -> pd.DataFrame:
        """Return everybody's cluster on a day: as_of_date, user_key, cluster, and `still`, by the fit of before."""
        rows = self._people("profiles.user_metrics" if is_served else "profiles.user_metrics_history", day)
        fits = [one for one in self.fits if one.fitted_on <= day]
        if not fits:
            return rows.iloc[:0][["as_of_date", "user_key"]].assign(cluster=0, still=0)
        points = logs(rows)
        cluster = _numbered(fits[-1], self.made(fits[-1]), points)
        is_new = fits[-1].fitted_on == day and len(fits) > 1
        still = _numbered(fits[-2], self.made(fits[-2]), points) if is_new else cluster
        return rows[["as_of_date", "user_key"]].assign(cluster=cluster, still=still)

    def _learned_from(self, sunday: date) -> pd.DataFrame:
        """Return the sample of a Sunday's people."""
        return self._people(f"profiles.user_metrics_history {CONSENTING}", sunday, SAMPLED_PEOPLE)

    def _people(self, table: str, day: date, limit: int | None = None) -> pd.DataFrame:
        query = f"""
            SELECT as_of_date, user_key, {", ".join(METRICS)} FROM {table}
            WHERE as_of_date = $day ORDER BY user_key {f"LIMIT {limit}" if limit else ""}
        """  # noqa: S608 - names of this package
        return self.connection.execute(query, {"day": day}).df()

    def _outcomes(self, sunday: date) -> tuple[np.ndarray, np.ndarray]:
        """Return people as of a quarter before, and what they spent in the 90 days up to the Sunday."""
        past = self._people("profiles.user_metrics_history", sunday - timedelta(weeks=QUARTER))
        consenting = self._people(f"profiles.user_metrics_history {CONSENTING}", sunday)
        now = consenting.set_index("user_key")["purchase_amount_90d"]
        kept = past[past["user_key"].isin(now.index)].head(SAMPLED_PEOPLE)
        return logs(kept), now.loc[kept["user_key"]].astype("float64").clip(lower=0).to_numpy()


def _numbered(one: Fit, model: Clustering, points: np.ndarray) -> np.ndarray:
    return np.array(one.ids)[model.label(points)]
