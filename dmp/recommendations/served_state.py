"""What the published lists were made of, read back: for questions about them that the tables do not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd

from dmp.builds import code_version
from dmp.list_rules import ListRules
from dmp.recommendations.context import Context, Vectors, context_as_known
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.ranker_store import load_ranker
from dmp.settings import DmpError, Home, Settings
from dmp.warehouse import connect, is_whole, provenance

MADE_BY = "SELECT model_version, status FROM recommendations.recommendation_models"
DAY = "SELECT as_of_date FROM intermediate.int_cuts WHERE is_served"

# Gives the tables `item_vectors` and `user_vectors` as of a day, as the lists were made with.
VectorsAsOf = Callable[[duckdb.DuckDBPyConnection, date], dict[str, pd.DataFrame]]


@dataclass(frozen=True)
class ServedState:
    """The facts and the ranker of the day that is served; the ranker is None where channels are blended."""

    as_of_date: date
    context: Context
    ranker: LearntRanker | None
    settings: Settings
    connection: duckdb.DuckDBPyConnection

    def under(self, rules: ListRules) -> Context:
        """Return the same facts under other bounds of rules."""
        settings = self.settings.model_copy(update={"list_rules": rules})
        return context_as_known(
            self.connection, self.as_of_date, self.as_of_date, self.context.vectors, settings
        )


@contextmanager
def served_state(home: Home, vectors_as_of: VectorsAsOf) -> Iterator[ServedState]:
    """Open the warehouse for reading, as the lists were made from it.

    Raises DmpError where nothing ran yet, a run is writing or did not end, or other code made the tables.
    """
    settings = home.settings()
    with connect(home, settings, read_only=True) as connection:
        made_by = (provenance(home) or {}).get("code_version")
        if not is_whole(home, None) or made_by != code_version():
            raise DmpError(
                f"the tables of {home.root} are unfinished or made by other code: "
                f"`dmp run --home {home.root}` first"
            )
        yield _read(connection, home, settings, vectors_as_of)


def _read(
    connection: duckdb.DuckDBPyConnection, home: Home, settings: Settings, vectors_as_of: VectorsAsOf
) -> ServedState:
    ((day,),) = connection.execute(DAY).fetchall()
    ((version, status),) = connection.execute(MADE_BY).fetchall()
    ranker = load_ranker(home.models / "ranker" / version) if status == "learnt" else None
    if ranker is None and status == "learnt":
        raise DmpError(
            f"the ranker {version} is not in {home.models}: `dmp run --rebuild --home {home.root}`"
        )
    vectors = Vectors(**vectors_as_of(connection, day))
    context = context_as_known(connection, day, day, vectors, settings)
    return ServedState(day, context, ranker, settings, connection)
