"""The vectors of a day: a basis from what was known on the last Sunday, people placed on it by what is known today."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pandas as pd

from dmp.vectors.basis import Basis, fitted_basis, item_vectors, user_vectors
from dmp.vectors.behaviour import behaviour_as_known
from dmp.vectors.catalogue import DEFAULT
from dmp.vectors.representation import Representation
from dmp.vectors.space import Space, turned_into

# Sundays of a log, counted from 1, whose basis gives its axes to those after it; then every half year. Early ones know
# little, but without them the first half year could not be compared.
_FIRST_ANCHORS = (4, 13)
_WEEKS_BETWEEN_ANCHORS = 26


def last_sunday(as_of_date: date) -> date:
    """Return the last Sunday that is not after `as_of_date`."""
    return as_of_date - timedelta(days=(as_of_date.weekday() + 1) % 7)


def vectors_as_of(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, representation: Representation = DEFAULT
) -> dict[str, pd.DataFrame]:
    """Return `item_vectors` and `user_vectors` of a day, in the axes of that week alone.

    The basis is fitted on what was known on the last Sunday (on the day itself where nothing was known by then).
    """
    from threadpoolctl import threadpool_limits

    # One thread: sums in another order would be other bytes, and the matrices are too small to gain from more.
    with threadpool_limits(1):
        _, basis = _weekly_basis(connection, as_of_date, representation)
        return _tables(connection, as_of_date, basis)


def comparable_vectors_as_of(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, representation: Representation = DEFAULT
) -> dict[str, pd.DataFrame]:
    """Return the same in the axes of earlier weeks, so that days can be compared, and `vector_bases`.

    Which earlier weeks follows from the landed days alone: nothing is kept from run to run.
    """
    from threadpoolctl import threadpool_limits

    space = Space.empty()
    with threadpool_limits(1):
        for sunday in anchors(connection, last_sunday(as_of_date)):
            behaviour = behaviour_as_known(connection, sunday, representation.reads)
            space = turned_into(space, sunday, fitted_basis(behaviour, representation))
        if not space.is_of(last_sunday(as_of_date)):
            space = turned_into(space, *_weekly_basis(connection, as_of_date, representation))
        return {**_tables(connection, as_of_date, space.newest), "vector_bases": space.table()}


def anchors(connection: duckdb.DuckDBPyConnection, until: date) -> list[date]:
    """Return the Sundays up to `until` whose bases give their axes to later ones."""
    row = connection.execute("SELECT min(landed_date) FROM profiles.user_item_activity").fetchone()
    if row is None or row[0] is None:
        return []
    first = last_sunday(row[0] + timedelta(days=6))
    weeks = range(1, (until - first).days // 7 + 2)
    steady = _FIRST_ANCHORS[-1]
    return [
        first + timedelta(weeks=week - 1)
        for week in weeks
        if week in _FIRST_ANCHORS or (week > steady and (week - steady) % _WEEKS_BETWEEN_ANCHORS == 0)
    ]


def _weekly_basis(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, representation: Representation
) -> tuple[date, Basis | None]:
    fitted_on = last_sunday(as_of_date)
    known = behaviour_as_known(connection, fitted_on, representation.reads)
    if known.points.empty:
        fitted_on = as_of_date
        known = behaviour_as_known(connection, fitted_on, representation.reads)
    return fitted_on, fitted_basis(known, representation)


def _tables(
    connection: duckdb.DuckDBPyConnection, as_of_date: date, basis: Basis | None
) -> dict[str, pd.DataFrame]:
    reads = (basis.representation.places_by,) if basis else ()
    behaviour = behaviour_as_known(connection, as_of_date, reads)
    return {"item_vectors": item_vectors(basis), "user_vectors": user_vectors(behaviour, basis)}
