"""Proposes a contract for an unknown file: what holds for all of its records, for a person to read and mend."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import yaml

from dmp.landing.blocks import RefusedFileError
from dmp.landing.contract import OWN_COLUMNS, WORKING_COLUMNS, Contract
from dmp.landing.field_guesses import (
    forget_missing,
    guessed_type,
    identifier_type,
    is_hashed,
    is_required,
    is_unique,
    small_set,
)
from dmp.landing.file_forms import FileForm, form_of
from dmp.landing.parsing import parse_statements
from dmp.landing.readers import read_file
from dmp.settings import SettingsError

HEADER = """\
# Proposed from {file}, {records:,} records. Read it, mend it, and say what a record means (canonical:).
source: {source}
description: {source}
time_zone: UTC  # of times without zone: is it so?
{originals}
entities:
  {entity}:
"""
DATE_PARTS = ("year", "month", "day")
DAY = "event_day"
BEST_TIME = re.compile(r"event|occur|happen|creat|^(time|timestamp|ts|at)$")


def infer_contract(path: Path, source: str, entity: str) -> str:
    """Return the YAML of a contract that accepts every readable record of the file. Raises SettingsError."""
    form = form_of(path)
    names = _field_names(form)
    places = {name: _place(path_, name, form) for name, path_ in zip(names, form.paths, strict=True)}
    texts = {"format": form.format, **form.declared}
    plain = {name: {"type": "text", **place} for name, place in places.items()}
    contract = _contract(source, entity, {**texts, "fields": plain})
    with duckdb.connect() as connection:
        count = _read(connection, path, contract, entity)
        if missing := forget_missing(connection, names):
            texts["missing"] = missing
        fields = {
            name: {**place, **_guess(connection, contract, source, name)} for name, place in places.items()
        }
        declared = {**texts, **_structure(connection, fields)}
    _tell_identifiers_apart(fields)
    originals = f"import: {{{entity}: {path.name}}}\n" if "event_time" in declared else ""
    text = HEADER.format(file=path.name, records=count, source=source, entity=entity, originals=originals)
    text += "".join(f"    {name}: {_inline(value)}\n" for name, value in declared.items())
    text += "    fields:\n"
    text += "".join(f"      {name}: {_inline(field)}\n" for name, field in fields.items())
    Contract(**yaml.safe_load(text))
    return text


def _field_names(form: FileForm) -> list[str]:
    """Return a name as contracts have it for each value, no two the same."""
    taken = {*OWN_COLUMNS, *WORKING_COLUMNS, "is_bot", "truncated_ip"}
    names: list[str] = []
    for path in form.paths:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "_".join(path)).lower()
        name = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
        name = name if name[:1].isalpha() else f"field_{name}".rstrip("_")
        while name in taken:
            name += "_2"
        taken.add(name)
        names.append(name)
    return names


def _place(path: tuple[str, ...], name: str, form: FileForm) -> dict[str, Any]:
    if len(path) > 1:
        return {"path": ".".join(path)}
    return {} if path == (name,) else {"source_name": path[0]}


def _contract(source: str, entity: str, declared: dict[str, Any]) -> Contract:
    return Contract(source=source, description=source, time_zone="UTC", entities={entity: declared})


def _read(connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, entity: str) -> int:
    """Make the table `seen`: the text of every field of every readable record; return how many there are."""
    connection.execute("SET TimeZone = 'UTC'")
    form = contract.entities[entity]
    try:
        for number, block in enumerate(read_file(path, form)):
            numbered = pa.array(np.zeros(len(block.records), np.int32))
            connection.register("records", block.records.append_column("file_number", numbered))
            for statement in parse_statements(form):
                connection.execute(statement)
            into = "CREATE TABLE seen AS" if number == 0 else "INSERT INTO seen"
            connection.execute(f"{into} FROM parsed")
    except RefusedFileError as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    [count] = connection.execute("SELECT count(*) FROM seen").fetchone() or (0,)
    return count


def _guess(
    connection: duckdb.DuckDBPyConnection, contract: Contract, source: str, name: str
) -> dict[str, Any]:
    field = guessed_type(connection, contract, name)
    kind = identifier_type(name) if field["type"] == "text" else None
    if kind:
        namespace = kind if kind in ("email", "phone") else f"{source}_{name}"
        field["identifier"] = {"type": kind, "namespace": namespace}
        if kind == "order":
            field["identifier"]["keep"] = True
        if kind in ("email", "phone") and is_hashed(connection, name):
            field["identifier"]["is_hashed"] = True
    elif is_required(connection, name):
        field["required"] = True
    if field == {"type": "text", "required": True} and (allowed := small_set(connection, name)):
        field["allowed"] = allowed
    return field


def _structure(connection: duckdb.DuckDBPyConnection, fields: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the key and the event time that the fields allow."""
    declared: dict[str, Any] = {}
    ids = [name for name in fields if re.search(r"(^|_)(id|uuid|key)$", name)]
    keys = [name for name in ids if fields[name].get("required") and is_unique(connection, name)]
    times = [name for name, field in fields.items() if field["type"] == "timestamp" and field.get("required")]
    if not times and all(fields.get(name, {}).get("required") for name in DATE_PARTS):
        times = [DAY]
        parts = {"parts": list(DATE_PARTS), "time_format": "%Y %m %d"}
        fields[DAY] = {"type": "timestamp", **parts, "required": True}
    if keys:
        declared["key"] = keys[:1]
    if times:
        declared["event_time"] = max(times, key=lambda name: bool(BEST_TIME.search(name)))
    return declared


def _tell_identifiers_apart(fields: dict[str, dict[str, Any]]) -> None:
    """Give the second identifier of one type a key column of its own."""
    seen: set[str] = set()
    for name, field in fields.items():
        if identifier := field.get("identifier"):
            if identifier["type"] in seen:
                identifier["key_column"] = f"{name}_key"
            seen.add(identifier["type"])


def _inline(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()
