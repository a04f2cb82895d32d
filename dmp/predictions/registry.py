"""Model folders `<models>/<target>/<model_version>/`: written whole, read only where the manifest agrees.

Nothing in a folder is executed, and LightGBM, which a damaged file can kill, sees no byte before its SHA-256
has been compared. The manifest guards against damage; who may write a folder is for file permissions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import date
from importlib.metadata import version as library_version
from pathlib import Path
from typing import Any

import pandas as pd

from dmp.predictions.blend import Blend
from dmp.predictions.calibration import Calibration
from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.catalogue import BY_NAME
from dmp.predictions.champions import Champion
from dmp.predictions.cuts import BackTest, Cuts
from dmp.predictions.drift import Reference
from dmp.predictions.model_card import model_card
from dmp.predictions.model_folders import as_json, read_folder, write_folder
from dmp.predictions.pictures import model_pictures
from dmp.predictions.season import SEASON
from dmp.predictions.support import Support
from dmp.predictions.training_rows import feature_names

LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn")
RESULTS = (
    "vintage",
    "recipe",
    "row_counts",
    "choices",
    "challenge",
    "metrics",
    "slices",
    "drift",
    "importance",
    "dependence",
    "bins",
    "lift",
)
BLEND, TESTED, LEARNED_FROM = "blend.json", "metrics.json", "features.json"
CARD = "card.md"


def code_version() -> str:
    """Return a hash over the source of this package: other code is another model."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def hash_inputs(rows: pd.DataFrame, cuts: Cuts, customers: pd.DataFrame) -> str:
    """Return a hash over all that is learned from: features by name, labels, keys, cuts and known customers.

    Both tables come sorted by (as_of_date, user_key), so the order in which a warehouse returned them is gone.
    """
    features = (*feature_names(rows), *({SEASON} & set(rows.columns)))
    digest = hashlib.sha256(json.dumps([features, asdict(cuts)], default=str).encode())
    digest.update(rows["as_of_date"].astype("int64").to_numpy().tobytes())
    digest.update(rows[["user_key", "label"]].astype("int64").to_numpy().tobytes())
    digest.update(rows[list(features)].astype("float64").to_numpy().tobytes())
    digest.update(customers.astype({"as_of_date": "int64"}).astype("float64").to_numpy().tobytes())
    return digest.hexdigest()


def model_version(target: str, inputs_hash: str) -> str:
    """Return the name of a model folder: the same inputs, code and libraries give the same bytes."""
    parts = [target, inputs_hash, code_version(), library_versions()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def save_model(models: Path, model: Champion) -> Path:
    """Write the model's folder whole (built under a dot-name, then renamed) and return it."""
    provenance = {"code_version": code_version(), "library_versions": library_versions()}
    return write_folder(models, model.target, model.version, _contents(model), provenance)


def load_model(models: Path, target: str, version: str) -> Champion | None:
    """Return the model of a folder, None if there is no such folder.

    Raises DmpError, naming the file, if anything differs from the manifest.
    """
    folder = models / target / version
    if not folder.is_dir():
        return None
    verified = read_folder(folder, (BLEND, TESTED, LEARNED_FROM))
    learned_from, tested = json.loads(verified[LEARNED_FROM]), json.loads(verified[TESTED])
    question = {**learned_from["question"], "features": tuple(learned_from["question"]["features"])}
    return Champion(
        target=target,
        version=version,
        question=Question(**question),
        blend=_blend(verified),
        support=Support(**{name: tuple(values) for name, values in learned_from["support"].items()}),
        cuts=_cuts(learned_from["cuts"]),
        reference=_reference(learned_from["reference"]),
        inputs_hash=learned_from["inputs_hash"],
        **{name: tested[name] for name in RESULTS},
    )


def _contents(model: Champion) -> dict[str, bytes]:
    learned_from = {
        "question": asdict(model.question),
        "cuts": asdict(model.cuts),
        "inputs_hash": model.inputs_hash,
        "support": asdict(model.support),
        "reference": asdict(model.reference),
    }
    members = [member.name for member in model.blend.members]
    numbers = {name: getattr(model.blend, name) for name in ("answer", "weights", "prior", "shrinkage")}
    return {
        BLEND: as_json({**numbers, "members": members, "calibration": asdict(model.blend.calibration)}),
        TESTED: as_json({name: getattr(model, name) for name in RESULTS}),
        LEARNED_FROM: as_json(learned_from),
        **{
            f"{member.name}.{name}": content
            for member in model.blend.members
            for name, content in member.files().items()
        },
        CARD: model_card(model).encode(),
        **model_pictures(model),
    }


def _blend(verified: dict[str, bytes]) -> Blend:
    stored = json.loads(verified[BLEND])
    members = tuple(BY_NAME[name].load(_files_of(name, verified)) for name in stored["members"])
    return Blend(
        answer=stored["answer"],
        members=members,
        weights=tuple(stored["weights"]),
        prior=stored["prior"],
        shrinkage=stored["shrinkage"],
        calibration=Calibration(**stored["calibration"]),
    )


def _files_of(member: str, verified: dict[str, bytes]) -> dict[str, bytes]:
    """The member's files by the names that it gave them."""
    owned = f"{member}."
    return {name.removeprefix(owned): content for name, content in verified.items() if name.startswith(owned)}


def _reference(fields: dict[str, Any]) -> Reference:
    lists = {
        name: {feature: tuple(values) for feature, values in fields[name].items()}
        for name in ("edges", "shares")
    }
    return Reference(lists["edges"], lists["shares"], fields["limits"])


def _cuts(fields: dict[str, Any]) -> Cuts:
    new, previous = (tuple(map(date.fromisoformat, fields[name])) for name in ("new", "previous"))
    back_tests = tuple(
        BackTest(date.fromisoformat(one["cut"]), tuple(map(date.fromisoformat, one["training"])))
        for one in fields["back_tests"]
    )
    learned_on, test = (date.fromisoformat(fields[name]) for name in ("learned_on", "test"))
    return Cuts(learned_on, test, new, previous, back_tests)


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that a model's bytes depend on."""
    return {name: library_version(name) for name in LIBRARIES}
