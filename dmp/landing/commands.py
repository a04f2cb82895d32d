"""`dmp contract`: propose a contract for an unknown file, and say what a contract would do to files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dmp.settings import DmpError, SettingsError
from dmp.terminal import JsonOption, console, print_json, print_rows, reported

app = typer.Typer(no_args_is_help=True, help="What a source's records must look like: propose it, check it.")


@app.command()
@reported
def infer(
    file: Annotated[
        Path, typer.Argument(help="A CSV, JSON lines, Parquet or log file; .gz and .zst are fine.")
    ],
    source: Annotated[str | None, typer.Option(help="The source's name; else the file's.")] = None,
    entity: Annotated[str, typer.Option(help="What one record is, in the plural.")] = "records",
) -> None:
    """Print a contract that fits the file: types, times, key, identifiers, small sets of values."""
    from dmp.landing.field_contract import NAME
    from dmp.landing.inferring import infer_contract

    name = source or file.name.split(".")[0].lower().replace("-", "_")
    for given in (name, entity):
        if not NAME.fullmatch(given):
            raise SettingsError(f"'{given}' is no name (small letters, digits, single underscores)")
    typer.echo(infer_contract(file, name, entity), nl=False)


@app.command()
@reported
def check(
    contract: Annotated[str, typer.Argument(help="A source, or the path of a contract.")],
    files: Annotated[list[Path], typer.Argument(help="The files to check.")],
    entity: Annotated[
        str | None, typer.Option(help="What the files hold, if their names do not say.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would be rejected or refused, and why, before anything is loaded; exit 1 if anything would be."""
    from dmp.landing.checking import check_files
    from dmp.landing.contract import load_contracts, read_contract

    is_path = contract.endswith((".yaml", ".yml"))
    known = read_contract(Path(contract)) if is_path else load_contracts().get(contract)
    if known is None:
        raise SettingsError(f"there is no contract of a source '{contract}'")
    checked, problems = check_files(known, files, entity)
    if as_json:
        print_json({"files": [vars(file) for file in checked], "problems": [vars(one) for one in problems]})
    else:
        for file in checked:
            console.print(
                f"{file.file}: {file.record_count:,} records, {file.accepted_count:,} would be accepted"
                + (f", {file.duplicate_count:,} are told twice" if file.duplicate_count else ""),
                soft_wrap=True,
                highlight=False,
            )
        if problems:
            names = ("file", "first line", "field", "records", "reason")
            print_rows(names, [(one.file, one.line, one.field, one.count, one.reason) for one in problems])
    if problems:
        count = sum(one.count for one in problems)
        raise DmpError(f"{count:,} records or files would not be accepted; nothing was loaded")
