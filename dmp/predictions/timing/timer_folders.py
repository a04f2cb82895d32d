"""Models of waits on disk: learned once from the same inputs, then read from `<home>/models`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pandas as pd

from dmp.predictions.model_folders import as_json, read_folder, write_folder
from dmp.predictions.registry import code_version, library_versions
from dmp.predictions.timing.adjustment import Adjustment
from dmp.predictions.timing.competition import BY_NAME, Timer
from dmp.predictions.timing.windows import Windows

TIMER = "timer.json"


def timer_version(event: str, history: pd.DataFrame, events: pd.DataFrame, windows: Windows) -> str:
    """Return the name of a folder: a hash over all that is learned from, this package's code and the libraries.

    Rows come sorted by their keys, so the order in which a warehouse returned them is gone.
    """
    digest = hashlib.sha256(json.dumps([event, asdict(windows)], default=str).encode())
    digest.update(json.dumps([code_version(), library_versions()]).encode())
    digest.update(json.dumps([list(history.columns), list(events.columns)]).encode())
    for table in (history, events):
        digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return digest.hexdigest()[:16]


def save_timer(models: Path, version: str, timer: Timer) -> Path:
    """Write the folder `<models>/<event>/<version>/` and return it."""
    described = {
        "hazard": timer.hazard.name,
        "adjustment": asdict(timer.adjustment),
        "reach_days": timer.reach_days,
        "test_cut": timer.test_cut,
        "learned_on": timer.learned_on,
        "metrics": timer.metrics,
    }
    provenance = {"code_version": code_version(), "library_versions": library_versions()}
    contents = {TIMER: as_json(described), **timer.hazard.files()}
    return write_folder(models, timer.event, version, contents, provenance)


def load_timer(models: Path, event: str, version: str) -> Timer | None:
    """Return the model of a folder, None if there is none; raises DmpError if it was damaged."""
    folder = models / event / version
    if not folder.is_dir():
        return None
    files = read_folder(folder, [TIMER])
    stored = json.loads(files[TIMER])
    adjustment = stored["adjustment"]
    said, meant = (tuple(adjustment.pop(name)) for name in ("said", "meant"))
    return Timer(
        event=event,
        hazard=BY_NAME[stored["hazard"]].load(files),
        adjustment=Adjustment(**adjustment, said=said, meant=meant),
        reach_days=stored["reach_days"],
        test_cut=date.fromisoformat(stored["test_cut"]),
        learned_on=date.fromisoformat(stored["learned_on"]),
        metrics=stored["metrics"],
    )
