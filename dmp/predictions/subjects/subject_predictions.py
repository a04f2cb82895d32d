"""The table `subject_predictions`: for every row of every table of subjects a score, or the reason why not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dmp.predictions.calibration import probability
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.registry import model_version
from dmp.predictions.subjects.folds import random_folds
from dmp.predictions.subjects.model_folder import load_learned, save_learned
from dmp.predictions.subjects.recipe import LearnedSubjects, learn_subjects
from dmp.predictions.subjects.rows import feature_names, read_rows
from dmp.predictions.subjects.targets import SUBJECT_TARGETS, SubjectTarget
from dmp.settings import Home, Settings

COLUMNS: dict[str, Any] = {
    "source": "str", "target": "str", "subject_id": "str", "user_key": "Int64", "score": "float64",
    "reason": "str", "model": "str", "model_version": "str",
}  # fmt: skip


def subject_predictions(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    settings: Settings,
    targets: Iterable[SubjectTarget] = SUBJECT_TARGETS,
) -> pd.DataFrame:
    """Return one row per (target, subject_id), in the order of landing: COLUMNS.

    `score` is a calibrated probability; of a subject whose label is known, from models that had not seen it. `model`
    is "blend", or "naive_rate" with a `reason` where rows carry too few labels. The same rows are learned from once
    and then read from `<home>/models`; raises DmpError if that folder was damaged.
    """
    tables = [
        scored(rows, target, home, settings)
        for target in targets
        if len(rows := read_rows(connection, target))
    ]
    empty = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in COLUMNS.items()})
    return pd.concat(tables, ignore_index=True) if tables else empty


def scored(rows: pd.DataFrame, target: SubjectTarget, home: Home, settings: Settings) -> pd.DataFrame:
    """Return the rows of one target: COLUMNS."""
    keys = pd.DataFrame(
        {
            "source": target.table.partition("__")[0],
            "target": target.name,
            "subject_id": rows["subject_id"],
            "user_key": rows["user_key"],
        }
    )
    labelled = rows[rows["label"].notna()]
    features = [name for name in feature_names(rows) if labelled[name].notna().any()]
    try:
        learned, version = _learned(labelled, features, target, home, settings)
    except NotLearnable as refusal:
        return _typed(keys.assign(**_rate(labelled["label"], str(refusal))))
    scores = pd.Series(np.nan, index=rows.index)
    scores[labelled.index[learned.places]] = learned.held_out
    others = rows[rows["label"].isna()]
    scores[others.index] = learned.blend.predict(others)
    reasons = unseen_categories(labelled, others, features).reindex(rows.index)
    return _typed(keys.assign(score=scores, reason=reasons, model="blend", model_version=version))


def unseen_categories(learned: pd.DataFrame, others: pd.DataFrame, features: Sequence[str]) -> pd.Series:
    """Return per row of `others` which of its categories nobody learned from had, None where all are known."""
    reasons = pd.Series(None, index=others.index, dtype="object")
    for name in features:
        if pd.api.types.is_numeric_dtype(learned[name]):
            continue
        is_new = others[name].notna() & ~others[name].isin(learned[name].dropna().unique())
        told = others.loc[is_new, name].map(
            lambda value, name=name: f"{name} '{value}' is new: it counts as unknown"
        )
        reasons[is_new] = reasons[is_new].fillna(told)
    return reasons


def _learned(
    labelled: pd.DataFrame, features: Sequence[str], target: SubjectTarget, home: Home, settings: Settings
) -> tuple[LearnedSubjects, str]:
    folds = random_folds(labelled["label"].to_numpy())
    if not features:
        raise NotLearnable("no feature has a single value")
    version = model_version(target.name, _hashed(labelled, features))
    if stored := load_learned(home.models, target.name, version):
        return stored, version
    learned = learn_subjects(labelled.reset_index(drop=True), features, folds, settings.threads)
    save_learned(home.models, target.name, version, learned)
    return learned, version


def _hashed(labelled: pd.DataFrame, features: Sequence[str]) -> str:
    digest = hashlib.sha256(json.dumps(list(features)).encode())
    for name in ("subject_id", "label", *features):
        digest.update("\x1f".join(labelled[name].astype("str").fillna("")).encode())
    return digest.hexdigest()


def _rate(labels: pd.Series, refusal: str) -> dict[str, Any]:
    """What is said of everybody where nothing can be learned: the rate, drawn to a half by one row of each label."""
    if labels.empty:
        return {"score": np.nan, "reason": "no row has a label", "model": None, "model_version": None}
    rate = (labels.sum() + 1) / (len(labels) + 2)
    odds = np.log(rate / (1 - rate))
    score = float(probability(np.array([odds]))[0])
    return {"score": score, "reason": refusal, "model": "naive_rate", "model_version": None}


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    return table[list(COLUMNS)].astype(COLUMNS).reset_index(drop=True)
