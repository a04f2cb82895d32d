"""Keep a ranker as LightGBM text beside a manifest of its bytes; read back only what the manifest vouches
for.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from dmp.recommendations.calibration import Calibration
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.settings import DmpError

_MODEL, _CALIBRATION, _MANIFEST = "model.txt", "calibration.json", "manifest.json"


def save_ranker(folder: Path, ranker: LearntRanker, facts: dict[str, Any]) -> None:
    """Write the ranker's text files and, last and by rename, `manifest.json` with their SHA-256 and the given facts.

    They are `model.txt` and, where there is a calibration, its numbers as `calibration.json`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {_MODEL: ranker.booster.model_to_string().encode()}
    if ranker.calibration is not None:
        texts[_CALIBRATION] = (json.dumps(ranker.calibration.described(), indent=2) + "\n").encode()
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    manifest = facts | {"sha256": {name: sha256(text).hexdigest() for name, text in texts.items()}}
    unfinished = folder / f".{_MANIFEST}"
    unfinished.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    unfinished.replace(folder / _MANIFEST)


def load_ranker(folder: Path) -> LearntRanker | None:
    """Return the ranker, or None where the folder holds no finished one.

    Raises DmpError if a file is not what the manifest lists: a damaged model can end the process.
    """
    import lightgbm

    if not (folder / _MANIFEST).exists():
        return None
    expected = json.loads((folder / _MANIFEST).read_text())["sha256"]
    texts = {
        name: _text(folder / name, expected[name]) for name in (_MODEL, _CALIBRATION) if name in expected
    }
    numbers = texts.get(_CALIBRATION)
    return LearntRanker(
        lightgbm.Booster(model_str=texts[_MODEL]), Calibration.read(json.loads(numbers)) if numbers else None
    )


def _text(path: Path, expected: str) -> str:
    text = path.read_bytes()
    if sha256(text).hexdigest() != expected:
        raise DmpError(f"{path} differs from its manifest: remove the folder to learn the ranker anew")
    return text.decode()
