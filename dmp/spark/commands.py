"""`dmp spark`: the SQL stages on Spark."""

from __future__ import annotations

import time

from dmp.settings import Home
from dmp.terminal import HomeOption, console, say


def spark(home: HomeOption = None) -> None:
    """Make every table from staging to insight anew on the Spark master of the settings, as Parquet (docs/spark.md)."""
    from dmp.spark.building import build_on_spark
    from dmp.spark.session import check_installed

    check_installed()
    place = Home.at(home)
    settings = place.settings()
    begun = time.perf_counter()

    def told(step: str) -> None:
        console.print(f"{time.perf_counter() - begun:6.0f} s  {step}")

    folder = build_on_spark(place, settings, told)
    say(f"{settings.spark.master} wrote its tables below {folder}")
