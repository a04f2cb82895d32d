"""A folder `<models>/<target>/<model_version>/` written whole, and read only where its manifest agrees.

Nothing in a folder is executed, and LightGBM, which a damaged file can kill, sees no byte before its SHA-256
has been compared. The manifest guards against damage; who may write a folder is for file permissions.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any

from dmp.settings import DmpError

MANIFEST = "manifest.json"
PICTURE = ".png"  # looked at, never read back


def as_json(value: Any) -> bytes:
    """Return the text of a stored file: sorted keys, so that the same value gives the same bytes."""
    return (json.dumps(value, indent=1, sort_keys=True, default=str) + "\n").encode()


def write_folder(
    models: Path, target: str, version: str, contents: dict[str, bytes], provenance: dict[str, Any]
) -> Path:
    """Write the model's folder (built under a dot-name, then renamed) with `provenance` in its manifest; return it."""
    folder = models / target / version
    building = folder.with_name(f".{version}")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    for name, content in contents.items():
        (building / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = {**provenance, "target": target, "model_version": version, "sha256": hashes}
    (building / MANIFEST).write_bytes(as_json(manifest))
    return building.rename(folder)


def read_folder(folder: Path, required: Collection[str]) -> dict[str, bytes]:
    """Return the bytes of the files by name, each compared with the manifest before anything interprets it.

    Raises DmpError, naming the file, if anything differs or one of `required` is not listed.
    """
    remedy = "remove this folder, the next run learns the model again"
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        listed = {name: manifest["sha256"][name] for name in required}
        listed |= {name: sha256 for name, sha256 in manifest["sha256"].items() if not name.endswith(PICTURE)}
        is_other = [manifest["target"], manifest["model_version"]] != [folder.parent.name, folder.name]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DmpError(f"{folder / MANIFEST} cannot be used ({error!r}): {remedy}") from error
    if is_other:
        raise DmpError(f"{folder / MANIFEST} belongs to another model: {remedy}")
    verified = {}
    for name, expected in listed.items():
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        if hashlib.sha256(content).hexdigest() != expected:
            raise DmpError(f"{path} is damaged or was changed, its SHA-256 is not the manifest's: {remedy}")
        verified[name] = content
    return verified
