"""Folders `<models>/<target>/<model_version>/` of models of subjects: written whole, read where the manifest agrees.

Text alone; no byte is interpreted before its SHA-256 has been compared with the manifest.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from dmp.predictions.blend import Blend
from dmp.predictions.calibration import Calibration
from dmp.predictions.subjects.recipe import BY_NAME, LearnedSubjects
from dmp.settings import DmpError

MANIFEST, BLEND, HELD_OUT = "manifest.json", "blend.json", "held_out.json"


def save_learned(models: Path, target: str, version: str, learned: LearnedSubjects) -> Path:
    """Write the folder under a dot-name, rename it and return it."""
    folder = models / target / version
    building = folder.with_name(f".{version}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    contents = _contents(learned)
    for name, content in contents.items():
        (building / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    (building / MANIFEST).write_bytes(_json({"target": target, "model_version": version, "sha256": hashes}))
    return building.rename(folder)


def load_learned(models: Path, target: str, version: str) -> LearnedSubjects | None:
    """Return what a folder holds, None if there is none. Raises DmpError naming the file that is not the manifest's."""
    folder = models / target / version
    if not folder.is_dir():
        return None
    files = _verified(folder)
    stored, held_out = json.loads(files[BLEND]), json.loads(files[HELD_OUT])
    blend = Blend(
        answer="chance",
        members=tuple(BY_NAME[name].load(_of_member(name, files)) for name in stored["members"]),
        weights=tuple(stored["weights"]),
        prior=stored["prior"],
        shrinkage=0.0,
        calibration=Calibration(**stored["calibration"]),
    )
    return LearnedSubjects(blend, np.array(held_out["places"], dtype=int), np.array(held_out["scores"]))


def _contents(learned: LearnedSubjects) -> dict[str, bytes]:
    blend = learned.blend
    described = {
        "members": [member.name for member in blend.members],
        "weights": blend.weights,
        "prior": blend.prior,
        "calibration": asdict(blend.calibration),
    }
    held_out = {"places": learned.places.tolist(), "scores": learned.held_out.tolist()}
    return {
        BLEND: _json(described),
        HELD_OUT: _json(held_out),
        **{
            f"{member.name}.{name}": content
            for member in blend.members
            for name, content in member.files().items()
        },
    }


def _of_member(member: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    owned = f"{member}."
    return {name.removeprefix(owned): content for name, content in files.items() if name.startswith(owned)}


def _verified(folder: Path) -> dict[str, bytes]:
    remedy = "remove this folder, the next run learns the model again"
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        listed = {
            BLEND: manifest["sha256"][BLEND],
            HELD_OUT: manifest["sha256"][HELD_OUT],
            **manifest["sha256"],
        }
        is_other = [manifest["target"], manifest["model_version"]] != [folder.parent.name, folder.name]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DmpError(f"{folder / MANIFEST} cannot be used ({error!r}): {remedy}") from error
    if is_other:
        raise DmpError(f"{folder / MANIFEST} belongs to another model: {remedy}")
    found = {}
    for name, expected in listed.items():
        path = folder / name
        found[name] = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(found[name]).hexdigest() != expected:
            raise DmpError(f"{path} is damaged or was changed, its SHA-256 is not the manifest's: {remedy}")
    return found


def _json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True) + "\n").encode()
