"""One small home on DuckDB and on a Spark master with a worker of its own, every table up to insight compared by cell.

python -m benchmarks.proofs.spark [--people 40] [--days 15] [--home HOME] [--local]

Needs Java 17 and the extra `spark`. --home: a home whose tables were made already; --local: no master of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.proofs.replays import DIRT
from benchmarks.replays import run_facts
from dmp.settings import DmpError, Home
from dmp.spark.building import build_on_spark
from dmp.spark.session import check_installed
from dmp.spark_settings import SparkSettings
from dmp.world.shop import write_world

PORT = 17077
FLOATS = {"DOUBLE", "FLOAT"}
# Decimals of a float that are compared: an engine may add doubles in another order of rows.
DECIMALS = 9


@contextmanager
def cluster() -> Iterator[str]:
    """Start a standalone master and one worker (1 core, 1 GiB) on loopback; yield the master's address."""
    import pyspark

    starter = Path(pyspark.__file__).parent / "bin" / "spark-class"
    master = f"spark://127.0.0.1:{PORT}"
    place = ["--host", "127.0.0.1"]
    commands = [
        ["Master", *place, "--port", str(PORT), "--webui-port", "0"],
        ["Worker", *place, "--webui-port", "0", "--cores", "1", "--memory", "1g", master],
    ]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": folder}
        started = []
        try:
            for name, *arguments in commands:
                started.append(
                    subprocess.Popen(
                        [str(starter), f"org.apache.spark.deploy.{name.lower()}.{name}", *arguments],
                        env=environment,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
                time.sleep(5)
            yield master
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


class Comparison:
    """The tables of a home's warehouse beside those of a Spark session."""

    def __init__(self, home: Home) -> None:
        """Open the warehouse of a home whose tables are made."""
        self.connection = duckdb.connect(str(home.warehouse), read_only=True)
        self._ask("SET TimeZone = 'UTC'")
        self.different: list[str] = []
        self.compared = 0

    def _ask(self, query: str, values: list[str] | None = None) -> list[Any]:
        return self.connection.execute(query, values or []).fetchall()

    def look(self, spark: Any, names: list[str]) -> None:
        """Compare every table that the session has; print a row for each."""
        print(f"{'table':<45}{'DuckDB rows':>12}{'Spark rows':>12}  cells", flush=True)
        for name in names:
            schema, _, table = name.partition(".")
            columns = dict(
                self._ask(
                    "SELECT column_name, data_type FROM duckdb_columns() "
                    "WHERE schema_name = ? AND table_name = ? ORDER BY column_index",
                    [schema, table],
                )
            )
            self.connection.register("found", spark.table(name).toArrow())
            print(self._compared(name, columns), flush=True)
            self.connection.unregister("found")

    def _compared(self, name: str, columns: dict[str, str]) -> str:
        found = {row[0] for row in self._ask("DESCRIBE found")}
        rows = [self._ask(f"SELECT count(*) FROM {table}")[0][0] for table in (name, "found")]
        if found != set(columns):
            says = f"other columns: {sorted(found ^ set(columns))}"
        else:
            says = self._differing(name, columns)
        self.compared += 1
        if says != "equal":
            self.different.append(name)
        return f"{name:<45}{rows[0]:>12,}{rows[1]:>12,}  {says}"

    def _differing(self, name: str, columns: dict[str, str]) -> str:
        """Return `equal`, or how many rows of each side the other lacks; floats are compared to some decimals."""
        kept = ", ".join(
            f'round("{column}"::{kind}, {DECIMALS}) AS "{column}"'
            if kind in FLOATS
            else f'"{column}"::{kind}'
            for column, kind in columns.items()
        )
        sides = [f"SELECT {kept} FROM {table}" for table in (name, "found")]
        lacking = [
            self._ask(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})")[0][0]
            for one, other in (sides, reversed(sides))
        ]
        return "equal" if lacking == [0, 0] else f"only in DuckDB: {lacking[0]}, only in Spark: {lacking[1]}"


def prove(home: Home, master: str) -> Comparison:
    """Build a home's tables on a Spark master and compare them with its warehouse."""
    settings = home.settings().model_copy(
        update={
            "spark": SparkSettings(
                master=master, driver_memory="1500m", executor_memory="900m", shuffle_partitions=1
            )
        }
    )
    comparison = Comparison(home)
    begun = time.perf_counter()
    build_on_spark(
        home,
        settings,
        lambda step: print(f"{time.perf_counter() - begun:6.0f} s  {step}", flush=True),
        comparison.look,
    )
    return comparison


def made_home(root: Path, people: int, days: int) -> Home:
    """Return a home of the built-in shop with late, double and broken records, made on DuckDB."""
    home = Home.at(root)
    write_world(home.landing, home.truth, people=people, days=days, seed=3, dirt=DIRT)
    run_facts(home)
    return home


def main(arguments: argparse.Namespace) -> int:
    """Run the proof; return 0 where every table is equal."""
    try:
        check_installed()
    except DmpError as error:
        print(error)
        return 2
    os.environ.setdefault("DMP_KEY", "the harness has no secrets")
    with tempfile.TemporaryDirectory() as folder:
        home = (
            Home.at(arguments.home)
            if arguments.home
            else made_home(Path(folder), arguments.people, arguments.days)
        )
        if arguments.local:
            comparison = prove(home, "local[1]")
        else:
            with cluster() as master:
                comparison = prove(home, master)
    equal = comparison.compared - len(comparison.different)
    print(f"{equal} of {comparison.compared} tables equal; different: {comparison.different}")
    return bool(comparison.different)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--days", type=int, default=15)
    parser.add_argument("--home")
    parser.add_argument("--local", action="store_true")
    sys.exit(main(parser.parse_args()))
