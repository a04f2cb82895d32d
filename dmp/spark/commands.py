"""`dmp spark`: the SQL stages on Spark."""

from __future__ import annotations

import time

from dmp.settings import Home
from dmp.terminal import HomeOption, console, say


def spark(home: HomeOption = None) -> None:
    """Make every table from staging to insight anew on the Spark master of the settings, as Parquet (docs/spark.md)."""
    from dmp.spark.building import build_on_spark

    place = Home.at(home)
    settings = place.settings()
    begun = time.perf_counter()
    folder = build_on_spark(
        place, settings, lambda step: console.print(f"{time.perf_counter() - begun:6.0f} s  {step}")
    )
    say(
        f"{settings.spark.master} made the tables in {time.perf_counter() - begun:.0f} s; "
        f"they are Parquet: {folder}/<schema>.db/<table>/"
    )
