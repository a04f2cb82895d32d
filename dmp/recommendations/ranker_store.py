"""Keep a ranker as LightGBM text beside a manifest of its bytes; read back only what the manifest vouches
for.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from dmp.settings import DmpError

_MODEL, _MANIFEST = "model.txt", "manifest.json"


def save_ranker(folder: Path, ranker: Any, facts: dict[str, Any]) -> None:
    """Write `<folder>/model.txt` and, last and by rename, `manifest.json` with its SHA-256 and the given
    facts.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = ranker.model_to_string().encode()
    (folder / _MODEL).write_bytes(text)
    manifest = facts | {"sha256": {_MODEL: sha256(text).hexdigest()}}
    unfinished = folder / f".{_MANIFEST}"
    unfinished.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    unfinished.replace(folder / _MANIFEST)


def load_ranker(folder: Path) -> Any | None:
    """Return the Booster, or None where the folder holds no finished ranker.

    Raises DmpError if the text is not what the manifest lists: a damaged model can end the process.
    """
    import lightgbm

    if not (folder / _MANIFEST).exists():
        return None
    expected = json.loads((folder / _MANIFEST).read_text())["sha256"][_MODEL]
    text = (folder / _MODEL).read_bytes()
    if sha256(text).hexdigest() != expected:
        raise DmpError(
            f"{folder / _MODEL} differs from its manifest: remove the folder to learn the ranker anew"
        )
    return lightgbm.Booster(model_str=text.decode())
