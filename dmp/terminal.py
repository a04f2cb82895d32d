"""How anything is printed: tables, JSON and one-sentence errors; plain text where no terminal reads it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import wraps
from math import isnan
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table

from dmp.settings import DmpError

WIDTH = 100
console = Console(width=None if sys.stdout.isatty() else WIDTH)
errors = Console(stderr=True)

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The shop's folder; else DMP_HOME, else ./home.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of a card or table.")]


def reported(command: Callable[..., None]) -> Callable[..., None]:
    """Turn an error into one sentence and an exit code; `--debug` or DMP_DEBUG=1 shows the traceback."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError as error:
            # Whoever reads the output has seen enough; what is still buffered goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from error
        except Exception as error:
            if os.environ.get("DMP_DEBUG"):
                raise
            errors.print("[red]error:[/red]", end=" ")
            errors.print(sentence(error), highlight=False, soft_wrap=True, markup=False)
            raise typer.Exit(error.exit_code if isinstance(error, DmpError) else 1) from error

    return run


def sentence(error: Exception) -> str:
    """Return what a person is told of an error, in one line; of one that nobody foresaw, how to learn more."""
    if isinstance(error, DmpError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    said = " ".join(str(error).split("\n\n")[0].split())
    return f"{type(error).__name__}: {said} (`dmp --debug ...` shows where)"


def print_json(value: Any) -> None:
    """Print a value as JSON, numbers as numbers; what is undefined is null."""
    typer.echo(json.dumps(_plain(value), default=str, ensure_ascii=False, indent=1, allow_nan=False))


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if is_nothing(value):
        return None
    return float(value) if isinstance(value, Decimal) else value


def is_nothing(value: Any) -> bool:
    """Whether a cell is NULL: None, or a number that is none."""
    return value is None or (isinstance(value, float | Decimal) and isnan(value))


def number(value: Any) -> str:
    """Return a number as people read it: whole, or with two decimals."""
    if is_nothing(value):
        return "unknown"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def print_rows(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print a table; tab-separated and never cut short where no terminal reads it."""
    texts = [["" if is_nothing(value) else str(value) for value in row] for row in rows]
    if not console.is_terminal:
        for line in [list(names), *texts]:
            typer.echo("\t".join(" ".join(cell.split()) for cell in line))
        return
    table = Table(*names)
    for line in texts:
        table.add_row(*map(_literal, line))
    console.print(table)


def _literal(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def grid(*rows: Iterable[str], right: Iterable[int] = ()) -> Table:
    """Return rows of text as columns without lines; the columns at the places `right` are numbers."""
    rows_of_text = [[_literal(cell) for cell in row] for row in rows]
    table = Table.grid(padding=(0, 2))
    for place in range(len(rows_of_text[0]) if rows_of_text else 0):
        # Chinese has no spaces to break lines at: a long text goes on in the next line.
        table.add_column(justify="right" if place in right else "left", overflow="fold")
    for row in rows_of_text:
        table.add_row(*row)
    return table


def say(text: str) -> None:
    """Print a sentence as it is, on one line: a command in it is there to be copied."""
    console.print(text, soft_wrap=True, highlight=False, markup=False)


def print_section(target: Console, title: str, body: RenderableType) -> None:
    """Print a titled part of a card: a panel on a terminal, an indented text elsewhere."""
    if target.is_terminal:
        target.print(Panel(body, title=title, title_align="left", width=min(target.width, WIDTH)))
    else:
        target.print(title)
        target.print(Padding(body, (0, 0, 0, 2), expand=False))
