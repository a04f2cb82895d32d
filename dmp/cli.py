"""The command line: what a person types to run things. How results read, and the commands that look, are elsewhere."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from dmp import rejects_commands
from dmp.audiences.commands import audience
from dmp.cleaning.commands import cleaning
from dmp.experiments.experiment_commands import experiment
from dmp.experiments.policy_commands import policy
from dmp.filter_commands import filter_
from dmp.identity.commands import identity
from dmp.landing.commands import app as contract_commands
from dmp.landing.land_commands import land
from dmp.looking import sql, status, verify
from dmp.looking_at_people import profile, recommend, why
from dmp.pages.commands import account, pages
from dmp.predictions.commands import backtest
from dmp.predictions.model_commands import model
from dmp.privacy.commands import access, erase
from dmp.run_and_mend import run_and_mend
from dmp.segments.learned_commands import segment
from dmp.settings import PROJECT, Home
from dmp.spark.commands import spark
from dmp.tags.commands import tag
from dmp.terminal import HomeOption, console, reported
from dmp.upkeep.alert_commands import alerts
from dmp.upkeep.backup_commands import backup, restore, upgrade
from dmp.upkeep.diff_commands import diff
from dmp.upkeep.doctor_commands import doctor
from dmp.upkeep.key_commands import key
from dmp.upkeep.retire_commands import retire
from dmp.vectors.commands import vectors

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="From raw logs to explained profiles, predictions and recommendations.",
)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error was raised.")] = False,
) -> None:
    """Take what holds for every command."""
    if debug:
        os.environ["DMP_DEBUG"] = "1"


@app.command(rich_help_panel="Run")
@reported
def demo(
    home: HomeOption = None,
    people: Annotated[int, typer.Option(min=30, help="People who visit the built-in shop.")] = 9000,
    days: Annotated[int, typer.Option(min=10, help="Days of its history.")] = 400,
    seed: Annotated[int, typer.Option(help="Another seed is another shop.")] = 7,
    lists: Annotated[
        bool, typer.Option("--lists", help="Log lists of two policies too, to judge them by.")
    ] = False,
) -> None:
    """Make the built-in shop's logs (about a million events) and run everything on them."""
    from dmp.world.dirt import Dirt
    from dmp.world.shop import write_world

    place = Home.at(home)
    if (place.landing / "shop").exists():
        console.print(f"{place.landing / 'shop'} is there already: using it.")
    else:
        _fix_the_key(place)
        with console.status("writing the logs of the built-in shop"):
            summary = write_world(
                place.landing,
                place.truth,
                people=people,
                days=days,
                seed=seed,
                dirt=Dirt.light(),
                has_lists=lists,
            )
        console.print(f"Wrote {summary.events:,} events and {summary.orders:,} orders to {place.landing}")
    run_and_mend(place, rebuild=False)


def _fix_the_key(home: Home) -> None:
    """The built-in shop has a fixed key, so that its tables are the same on every machine."""
    if not os.environ.get("DMP_KEY"):
        home.make_key("the built-in shop has no secrets")


@app.command("import", rich_help_panel="Run")
@reported
def import_(
    source: Annotated[str, typer.Argument(help="A source with a contract, for example online_retail.")],
    from_folder: Annotated[Path, typer.Option("--from", help="The folder with its original files.")],
    home: HomeOption = None,
) -> None:
    """Turn a source's original files into landed days."""
    from dmp.landing.contract import load_contracts
    from dmp.landing.importing import import_source

    place = Home.at(home)
    with console.status(f"importing {source}"):
        summary = import_source(source, from_folder, place.landing)
    settings = place.root / "settings.yaml"
    zone = load_contracts()[source].time_zone
    if zone and not settings.exists():
        settings.write_text(f"time_zone: {zone}\n")
    console.print(
        f"Imported {summary.record_count:,} records of {source} as {summary.day_count} landed days, "
        f"{summary.first} to {summary.last}.\nNext: dmp run --home {place.root}"
    )


@app.command(rich_help_panel="Run")
@reported
def run(
    home: HomeOption = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Run every landed day again.")] = False,
) -> None:
    """Run what has landed since the last build, up to the published tables."""
    run_and_mend(Home.at(home), rebuild=rebuild)


@app.command(rich_help_panel="Run")
@reported
def ui(
    home: HomeOption = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Open Dagster's page: the graph, its checks and plots, schedules, backfills and runs."""
    from dmp.defs.instance import environment, prepare
    from dmp.landing.days import landed_days

    place = Home.at(home)
    prepare(place)
    _register(place, landed_days(place.landing))
    console.print(f"Dagster is starting on http://127.0.0.1:{port} for {place.root}; Ctrl-C stops it.")
    program = str(Path(sys.executable).with_name("dagster"))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # A shell starts what runs behind it with Ctrl-C ignored; the page must be stoppable all the same.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execve(  # noqa: S606 - Dagster takes this process's place, and its signals
        program,
        [program, "dev", "-w", str(PROJECT / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)],
        {**os.environ, **environment(place), "PATH": path},
    )


app.add_typer(land, name="land", rich_help_panel="Run")
app.command(rich_help_panel="Run")(reported(spark))
app.add_typer(cleaning, name="cleaning", rich_help_panel="Look")
app.add_typer(contract_commands, name="contract", rich_help_panel="Look")
for look in (status, sql, profile, recommend, why, pages, verify, diff, backtest):
    app.command(rich_help_panel="Look")(reported(look))
app.add_typer(segment, name="segment", rich_help_panel="Look")
app.add_typer(filter_, name="filter", rich_help_panel="Look")
app.add_typer(identity, name="identity", rich_help_panel="Decide")
app.add_typer(audience, name="audience", rich_help_panel="Decide")
app.add_typer(model, name="model", rich_help_panel="Decide")
app.add_typer(experiment, name="experiment", rich_help_panel="Decide")
app.add_typer(policy, name="policy", rich_help_panel="Decide")
for ask in (access, erase):
    app.command(rich_help_panel="Privacy")(reported(ask))


app.add_typer(rejects_commands.app, name="rejects", rich_help_panel="Look")
app.add_typer(tag, name="tag", rich_help_panel="Look")
app.add_typer(vectors, name="vectors", rich_help_panel="Look")

for keep in (doctor, alerts, backup, restore, upgrade, retire):
    app.command(rich_help_panel="Keep")(reported(keep))
app.add_typer(account, name="account", rich_help_panel="Keep")
app.add_typer(key, name="key", rich_help_panel="Keep")


def _register(home: Home, days: Iterable[date]) -> None:
    from dmp.defs.instance import open_instance
    from dmp.defs.partitions import register

    with open_instance(home) as instance:
        register(instance, days)


def main() -> None:
    """Run the command line and leave without the interpreter's slow goodbye: nothing is left to close."""
    code = 0
    try:
        app()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    # dbt's locks would be told of as leaked; they have no name that could outlive this process.
    tracker = getattr(sys.modules.get("multiprocessing.resource_tracker"), "_resource_tracker", None)
    if pid := getattr(tracker, "_pid", None):
        os.kill(pid, signal.SIGKILL)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
