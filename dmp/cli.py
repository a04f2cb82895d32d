"""The command line: what a person types, and how results read on a terminal. No logic of any stage."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from dmp.settings import PROJECT, DmpError, Home

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="From raw logs to explained profiles, predictions and recommendations.",
)
console = Console()
errors = Console(stderr=True)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The shop's folder; else DMP_HOME, else ./home.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a card or table.")]


def reported(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what a person can mend into one sentence and an exit code; DMP_DEBUG=1 shows the traceback."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except DmpError as error:
            if os.environ.get("DMP_DEBUG"):
                raise
            errors.print(f"[red]error:[/red] {error}", highlight=False, soft_wrap=True)
            raise typer.Exit(error.exit_code) from error

    return run


@app.command(rich_help_panel="Run")
@reported
def demo(
    home: HomeOption = None,
    people: Annotated[int, typer.Option(min=30, help="People who visit the built-in shop.")] = 9000,
    days: Annotated[int, typer.Option(min=10, help="Days of its history.")] = 400,
    seed: Annotated[int, typer.Option(help="Another seed is another shop.")] = 7,
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
                place.landing, place.truth, people=people, days=days, seed=seed, dirt=Dirt.light()
            )
        console.print(
            f"Wrote {summary.event_count:,} events and {summary.order_count:,} orders to {place.landing}"
        )
    _run(place, rebuild=False)


def _fix_the_key(home: Home) -> None:
    """The built-in shop has a fixed key, so that its tables are the same on every machine."""
    path = home.root / "secrets" / "key"
    if not path.exists() and not os.environ.get("DMP_KEY"):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text("the built-in shop has no secrets")


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
    _run(Home.at(home), rebuild=rebuild)


def _run(home: Home, *, rebuild: bool) -> None:
    from dmp.pending import pending_days

    pending = pending_days(home, rebuild=rebuild)
    if pending is None:
        console.print(f"Nothing new has landed in {home.landing}: the published build is up to date.")
        return
    from dmp.run_report import print_summary, run_with_progress

    outcome = run_with_progress(home, pending, console)
    if not outcome.is_success:
        gates = f" Failed gates: {', '.join(outcome.failed_checks)}." if outcome.failed_checks else ""
        reason = f" {outcome.error}" if outcome.error else ""
        raise DmpError(f"the run stopped; what was published before is unchanged.{gates}{reason}")
    print_summary(home, outcome, console)


@app.command(rich_help_panel="Look")
@reported
def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say what is published, what has landed since, and where every line went."""
    from dmp.pending import pending_days
    from dmp.publish import open_published, published_build

    place = Home.at(home)
    build = published_build(place)
    pending = pending_days(place)
    accounts = {}
    if build:
        connection = open_published(place)
        row = connection.execute(
            """
            SELECT count(*) AS files, sum(record_count) AS records, sum(accepted_count) AS accepted,
                sum(duplicate_count) AS duplicates, sum(conflict_count) AS conflicts,
                sum(rejected_count) AS rejected, sum(suppressed_count) AS suppressed,
                count(*) FILTER (is_refused) AS refused_files
            FROM landed_files
            """
        ).df()
        connection.close()
        accounts = {name: int(value) for name, value in row.iloc[0].items()}
    report = {
        "home": str(place.root),
        "build_id": build and build["build_id"],
        "as_of_date": build and build["as_of_date"],
        "tables": build and build["tables"],
        "accounts": accounts,
        "pending": pending
        and {"first": str(pending.first), "last": str(pending.last), "reason": pending.reason},
    }
    if as_json:
        _print_json(report)
        return
    table = Table(show_header=False, box=None)
    table.add_row("home", report["home"])
    table.add_row(
        "published build", f"{report['build_id'] or 'none yet'} as of {report['as_of_date'] or '-'}"
    )
    table.add_row(
        "pending", f"{pending.first} to {pending.last} ({pending.reason})" if pending else "nothing"
    )
    for name, value in accounts.items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    console.print(table)


@app.command(rich_help_panel="Look")
@reported
def sql(
    query: Annotated[
        str, typer.Argument(help="One SELECT on the published tables, or the path of a .sql file.")
    ],
    home: HomeOption = None,
    as_json: JsonOption = False,
    limit: Annotated[int, typer.Option(help="Rows to print.")] = 50,
) -> None:
    """Ask the published tables a question in SQL."""
    from dmp.published_sql import ask

    text = Path(query).read_text(encoding="utf-8") if query.endswith(".sql") else query
    answer = ask(Home.at(home), text, limit)
    if as_json:
        _print_json(json.loads(answer.to_json(orient="records", date_format="iso")))
        return
    table = Table(*[str(column) for column in answer.columns])
    for row in answer.itertuples(index=False):
        table.add_row(*["" if value is None else str(value) for value in row])
    console.print(table)


@app.command(rich_help_panel="Look")
@reported
def profile(
    user: Annotated[str, typer.Argument(help="A published user_id, or the source's own id.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one person: who they are, their tags and scores, each with its reasons."""
    from dmp.portrait import print_portrait, read_portrait

    portrait = read_portrait(Home.at(home), user)
    if as_json:
        _print_json(portrait)
    else:
        print_portrait(portrait, console)


@app.command(rich_help_panel="Look")
@reported
def recommend(
    user: Annotated[str, typer.Argument(help="A published user_id, or the source's own id.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one person's list, the reason for each item, and what was left out."""
    from dmp.portrait import print_recommendations, read_recommendations

    listed = read_recommendations(Home.at(home), user)
    if as_json:
        _print_json(listed)
    else:
        print_recommendations(listed, console)


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
    os.execve(
        program,
        [program, "dev", "-w", str(PROJECT / "workspace.yaml"), "-h", "127.0.0.1", "-p", str(port)],
        {**os.environ, **environment(place), "PATH": path},
    )


def _register(home: Home, days: dict[date, Any]) -> None:
    from dmp.defs.instance import open_instance
    from dmp.defs.partitions import register

    with open_instance(home) as instance:
        register(instance, days)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, default=str, ensure_ascii=False, indent=1))


def main() -> None:
    """Run the command line and leave without the interpreter's slow goodbye: nothing is left to close."""
    code = 0
    try:
        app()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
