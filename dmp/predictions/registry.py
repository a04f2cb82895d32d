"""Model folders `<models>/<target>/<model_version>/`: written whole, read only where the manifest agrees.

Nothing in a folder is executed, and LightGBM, which a damaged file can kill, sees no byte before its SHA-256
has been compared. The manifest guards against damage; who may write a folder is for file permissions.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from datetime import date
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any

import pandas as pd

from dmp.predictions.calibration import Calibration
from dmp.predictions.champions import Champion
from dmp.predictions.cuts import Cuts
from dmp.predictions.models import feature_names
from dmp.predictions.pictures import model_pictures
from dmp.settings import DmpError

LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn")
READ_FILES = ("model.txt", "calibration.json", "metrics.json", "features.json")


def code_version() -> str:
    """Return a hash over the source of this package: other code is another model."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def hash_inputs(rows: pd.DataFrame, cuts: Cuts) -> str:
    """Return a hash over all that is learned from: features by name, labels, keys and cuts.

    `rows` come sorted by (as_of_date, user_key), so the order in which a warehouse returned them is gone.
    """
    features = feature_names(rows)
    digest = hashlib.sha256(json.dumps([features, asdict(cuts)], default=str).encode())
    digest.update(rows["as_of_date"].astype("int64").to_numpy().tobytes())
    digest.update(rows[["user_key", "label"]].astype("int64").to_numpy().tobytes())
    digest.update(rows[list(features)].astype("float64").to_numpy().tobytes())
    return digest.hexdigest()


def model_version(target: str, inputs_hash: str) -> str:
    """Return the name of a model folder: the same inputs, code and libraries give the same bytes."""
    parts = [target, inputs_hash, code_version(), _library_versions()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def save_model(models: Path, model: Champion) -> Path:
    """Write the model's folder whole (built under a dot-name, then renamed) and return it."""
    folder = models / model.target / model.version
    building = folder.with_name(f".{model.version}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    contents = _contents(model)
    for name, content in contents.items():
        (building / name).write_bytes(content)
    manifest = {
        "target": model.target,
        "model_version": model.version,
        "code_version": code_version(),
        "library_versions": _library_versions(),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
    }
    (building / "manifest.json").write_bytes(_json(manifest))
    return building.rename(folder)


def load_model(models: Path, target: str, version: str) -> Champion | None:
    """Return the model of a folder, None if there is no such folder.

    Raises DmpError, naming the file, if anything differs from the manifest.
    """
    folder = models / target / version
    if not folder.is_dir():
        return None
    verified = _verified(folder)
    features, results = json.loads(verified["features.json"]), json.loads(verified["metrics.json"])
    return Champion(
        target=target,
        version=version,
        vintage=results["vintage"],
        text=verified["model.txt"].decode(),
        features=tuple(features["features"]),
        calibration=Calibration(**json.loads(verified["calibration.json"])),
        cuts=_cuts(features["cuts"]),
        inputs_hash=features["inputs_hash"],
        row_counts=results["row_counts"],
        metrics=results["metrics"],
        bins=results["bins"],
        lift=results["lift"],
    )


def _contents(model: Champion) -> dict[str, bytes]:
    features = {"features": model.features, "cuts": asdict(model.cuts), "inputs_hash": model.inputs_hash}
    results = {name: getattr(model, name) for name in ("vintage", "row_counts", "metrics", "bins", "lift")}
    return {
        "model.txt": model.text.encode(),
        "calibration.json": _json(asdict(model.calibration)),
        "metrics.json": _json(results),
        "features.json": _json(features),
        **model_pictures(model),
    }


def _verified(folder: Path) -> dict[str, bytes]:
    """Bytes of the files that are read, each compared with the manifest before anything interprets it."""
    remedy = "remove this folder, the next run learns the model again"
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        listed = {name: manifest["sha256"][name] for name in READ_FILES}
        is_other = [manifest["target"], manifest["model_version"]] != [folder.parent.name, folder.name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DmpError(f"{folder}/manifest.json cannot be used ({error!r}): {remedy}") from error
    if is_other:
        raise DmpError(f"{folder}/manifest.json belongs to another model: {remedy}")
    verified = {}
    for name, expected in listed.items():
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != expected:
            raise DmpError(f"{path} is damaged or was changed, its SHA-256 is not the manifest's: {remedy}")
        verified[name] = content
    return verified


def _cuts(fields: dict[str, Any]) -> Cuts:
    days = {name: tuple(map(date.fromisoformat, fields[name])) for name in ("new", "previous")}
    return Cuts(date.fromisoformat(fields["learned_on"]), date.fromisoformat(fields["test"]), **days)


def _library_versions() -> dict[str, str]:
    return {name: library_version(name) for name in LIBRARIES}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, default=str) + "\n").encode()
