"""dbt in this process: the manifest, the environment, one build of some models.

What the models say is SQL in dbt_project/.

The command line costs about 10 CPU seconds a call, most of it imports and parsing; here they are paid once.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from dmp.landing.canonical import CANONICAL
from dmp.landing.contract import PURPOSES, load_contracts
from dmp.landing.files import landed_sources
from dmp.landing.mapping import canonical_sql
from dmp.settings import PROJECT, DmpError, Home, Settings
from dmp.tags.packs import load_packs, switched_on
from dmp.tags.rows import metrics_of, tables_of
from dmp.tags.rules import Pack

DBT_PROJECT = PROJECT / "dbt_project"
TARGET = DBT_PROJECT / "target"


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node: a model or seed that was built, or a test and the rows that failed it."""

    unique_id: str
    status: str
    seconds: float
    failures: int
    message: str


class TransformationError(DmpError):
    """A model that did not build; the message names it and repeats what the database said."""


def staging_models(landing: Path | None = None) -> dict[str, list[str]]:
    """Return the sources that offer each kind of entity, read from the names `stg_<source>__<entities>.sql`.

    With a home's landing folder, those alone that have files there: the others would be empty views.
    """
    landed = None if landing is None else landed_sources(landing)
    offered: dict[str, list[str]] = defaultdict(list)
    for path in sorted(DBT_PROJECT.glob("models/staging/*/stg_*.sql")):
        source, _, entities = path.stem.removeprefix("stg_").partition("__")
        if landed is None or source in landed:
            offered[entities].append(source)
    return dict(offered)


@cache
def mappings() -> dict[str, dict[str, dict[str, str]]]:
    """Return SQL by canonical column for every `<source>__<entity>` and kind that a contract maps."""
    return {
        f"{contract.source}__{name}": {kind: canonical_sql(contract, name, kind) for kind in entity.canonical}
        for contract in load_contracts().values()
        for name, entity in contract.entities.items()
        if entity.canonical
    }


@cache
def consent_defaults() -> dict[str, dict[str, bool]]:
    """Return, by source, whether each purpose is consented to by people without a consent of their own."""
    return {
        source: {purpose: purpose in contract.consented_by_default for purpose in PURPOSES}
        for source, contract in load_contracts().items()
    }


def tag_variables(packs: Mapping[str, Pack]) -> dict[str, str]:
    """Return the rules of some packs as rows, and the metrics that they look at."""
    return {
        "DMP_TAGS": json.dumps(tables_of(packs), ensure_ascii=False, sort_keys=True),
        "DMP_TAGGED_METRICS": json.dumps(metrics_of(switched_on(packs))),
    }


def environment(home: Home | None = None, settings: Settings | None = None) -> dict[str, str]:
    """Return the variables that dbt_project/profiles.yml and the macros read; without a home, those for parsing."""
    variables = {
        # The name of the database is part of the manifest, its folder is not.
        "DMP_WAREHOUSE": str(TARGET / "warehouse.duckdb"),
        "DMP_STAGING": json.dumps(staging_models(), sort_keys=True),
        "DMP_CANONICAL": json.dumps(CANONICAL),
        "DMP_MAPPINGS": json.dumps(mappings(), sort_keys=True),
        "DMP_CONSENT_DEFAULTS": json.dumps(consent_defaults(), sort_keys=True),
        **tag_variables(load_packs(settings or Settings(), home)),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    if home and settings:
        variables |= {
            "DMP_WAREHOUSE": str(home.warehouse),
            "DMP_STAGING": json.dumps(staging_models(home.landing if home.landing.is_dir() else None)),
            "DMP_THREADS": str(settings.threads),
            "DMP_MEMORY_LIMIT": settings.memory_limit,
        }
    return variables


def project_hash() -> str:
    """Return the SHA-256 over all that decides what is built: every file of the dbt project and what macros read."""
    digest = hashlib.sha256(json.dumps([environment(), version("dbt-core")], sort_keys=True).encode())
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.suffix in {".sql", ".yml", ".csv", ".md"} and TARGET not in path.parents:
            digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@contextmanager
def set_variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _invoke(arguments: list[str], manifest: Any = None) -> Any:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    try:
        return dbtRunner(manifest=manifest).invoke(
            [
                "--quiet",
                "--log-level-file=none",
                *arguments,
                f"--project-dir={DBT_PROJECT}",
                f"--profiles-dir={DBT_PROJECT}",
            ]
        )
    finally:
        # One process holds DuckDB's file lock for as long as any connection is open.
        DuckDBConnectionManager.close_all_connections()


@contextmanager
def _parsing_alone() -> Iterator[None]:
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "parse.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def _manifest(_project_hash: str) -> Any:
    """Return the parsed project: what an earlier parse of the same files left, or a new parse."""
    from dbt.contracts.graph.manifest import Manifest

    with _parsing_alone(), set_variables(environment()):
        if _is_parsed(_project_hash):
            # A sixth of the time that dbt takes to find out that no file has changed.
            return Manifest.from_msgpack((TARGET / "partial_parse.msgpack").read_bytes())
        (TARGET / "manifest.hash").unlink(missing_ok=True)
        parsed = _invoke(["parse", f"--target-path={TARGET}"])
    if not parsed.success:
        raise TransformationError(f"dbt_project does not parse: {parsed.exception}")
    (TARGET / "manifest.hash").write_text(_project_hash)
    return parsed.result


def _is_parsed(wanted: str) -> bool:
    """Whether dbt's files about the project are there and of this state of it."""
    marker = TARGET / "manifest.hash"
    files = (TARGET / "manifest.json", TARGET / "partial_parse.msgpack", marker)
    return all(path.exists() for path in files) and marker.read_text() == wanted


def manifest_path() -> Path:
    """Return the path of dbt's manifest, parsing the project first where it is missing or older than the project."""
    wanted = project_hash()
    if not _is_parsed(wanted):
        _manifest(wanted)
    return TARGET / "manifest.json"


def build(
    select: str,
    home: Home,
    settings: Settings,
    variables: Mapping[str, Any],
    *,
    with_unit_tests: bool = False,
) -> list[NodeResult]:
    """Build the selected seeds and models and run their tests, in the home's warehouse.

    select: dbt's selection syntax. variables: dbt vars, among them the first and last landed day of the run.
    Raises TransformationError for a model that fails; a failed test is a result.
    """
    arguments = [
        "build",
        f"--select={select}",
        # A test between two stages belongs to the later one: in the earlier its other table is not built yet.
        "--indirect-selection=buildable",
        # Nobody reads dbt's own reports of a run: writing them costs a second a build.
        "--no-write-json",
        f"--vars={json.dumps(dict(variables), sort_keys=True)}",
    ]
    if not with_unit_tests:
        arguments.append("--exclude-resource-type=unit_test")
    results = [
        NodeResult(
            unique_id=result.node.unique_id,
            status=str(result.status),
            seconds=result.execution_time,
            failures=result.failures or 0,
            message=result.message or "",
        )
        for result in _run(arguments, home, settings).results
    ]
    for result in results:
        if result.unique_id.split(".")[0] in {"model", "seed"} and result.status in {"error", "fail"}:
            raise TransformationError(f"{result.unique_id} failed: {result.message}")
    return results


def document(home: Home, settings: Settings) -> Path:
    """Return dbt's documentation site as one page, made from the home's tables."""
    _run(["docs", "generate", "--static"], home, settings)
    return home.root / "dbt" / "static_index.html"


def _run(arguments: list[str], home: Home, settings: Settings) -> Any:
    manifest = _manifest(project_hash())
    target = home.root / "dbt"
    with set_variables(environment(home, settings)):
        invocation = _invoke([*arguments, f"--target-path={target}", f"--log-path={target}"], manifest)
    if invocation.result is None:
        raise TransformationError(f"dbt could not start: {invocation.exception}")
    return invocation.result
