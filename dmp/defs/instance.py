"""The home's Dagster instance: its folder, its settings, and the environment of every process that uses it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import yaml

from dmp.settings import Home

# Every usage statistic of every library is off, however the project is started.
QUIET = {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    # Two spinning OpenMP threads on a busy machine cost six times the work (measured on LightGBM 4.7).
    "OMP_WAIT_POLICY": "passive",
    # Dagster says of every link to a source file that the link is in beta, and of `dagster dev` that there is `dg dev`.
    "PYTHONWARNINGS": ",".join(
        [
            "ignore:Class `CodeReferencesMetadataValue`",
            "ignore:Class `LocalFileCodeReference`",
            "ignore:Function `with_source_code_references`",
            "ignore:Function `dev_command`",
        ]
    ),
}


def instance_settings(folder: Path) -> dict[str, object]:
    """Return the contents of dagster.yaml."""
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "freshness": {"enabled": True},
        "event_log_storage": {
            "module": "dmp.defs.event_log",
            "class": "BatchedSqliteEventLogStorage",
            "config": {"base_dir": str(folder / "history")},
        },
        "run_launcher": {"module": "dmp.defs.launching", "class": "WatchedRunLauncher"},
        "concurrency": {
            "runs": {"max_concurrent_runs": 1},
            "pools": {"default_limit": 1},
        },
        # A run whose process died is started again once; a gate that failed would only fail again.
        "run_retries": {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False},
        # A killed run frees its place within seconds; no run takes longer than a day.
        "run_monitoring": {
            "enabled": True,
            "poll_interval_seconds": 10,
            "free_slots_after_run_end_seconds": 60,
            "max_runtime_seconds": 86_400,
        },
    }


def environment(home: Home) -> dict[str, str]:
    """Return the variables that a Dagster process of this home needs."""
    return {
        **QUIET,
        "DAGSTER_HOME": str(home.dagster),
        "DMP_HOME": str(home.root),
        # All landed days of a table at once, so that the last of them is stored last.
        "DAGSTER_EVENT_BATCH_SIZE": "10000",
    }


def prepare(home: Home) -> None:
    """Write dagster.yaml and set this process's environment."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    path = home.dagster / "dagster.yaml"
    text = yaml.safe_dump(instance_settings(home.dagster), sort_keys=False)
    if not path.exists() or path.read_bytes() != text.encode():
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        unfinished.write_text(text)
        unfinished.replace(path)
    os.environ.update(environment(home))


@contextmanager
def restored_environment() -> Iterator[None]:
    """Undo what `prepare` sets when the block ends: a later command of this process may be about another home."""
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def open_instance(home: Home) -> dg.DagsterInstance:
    """Return the home's instance."""
    prepare(home)
    return dg.DagsterInstance.from_config(str(home.dagster))
