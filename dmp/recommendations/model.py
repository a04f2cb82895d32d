"""The ranker of a build: learnt once for the same rows, kept on disk, described for its readers."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from dmp.recommendations.calibration import Calibration, fit_calibration
from dmp.recommendations.cuts import Cuts
from dmp.recommendations.held_out import HeldOut
from dmp.recommendations.learnt_ranker import LearntRanker
from dmp.recommendations.ranker_store import load_ranker, save_ranker
from dmp.recommendations.ranking import MINIMUM_PEOPLE, PARAMETERS, ROUNDS, fit_ranker
from dmp.recommendations.training import TrainingRows


@dataclass(frozen=True)
class Ranker:
    """What was learnt with its description; nothing where there is too little to learn from."""

    learnt: LearntRanker | None
    version: str
    reason: str
    features_hash: str
    cuts: Cuts
    row_count: int
    list_count: int

    def described(self) -> pd.DataFrame:
        """Return `recommendation_models`: one row."""
        calibration = self.learnt.calibration if self.learnt else None
        return pd.DataFrame(
            [
                {
                    "model_name": "ranker",
                    "model_version": self.version,
                    "status": "learnt" if self.learnt is not None else "blended",
                    "reason": self.reason,
                    "features_hash": self.features_hash,
                    "training_cuts": ", ".join(str(cut) for cut in self.cuts.training),
                    "evaluation_cut": self.cuts.evaluation,
                    "window_days": self.cuts.window_days,
                    "training_row_count": self.row_count,
                    "training_list_count": self.list_count,
                    "calibration_row_count": calibration.row_count if calibration else 0,
                    "calibration_purchase_count": calibration.purchase_count if calibration else 0,
                }
            ]
        )


def ranker_of(folder: Path, rows: TrainingRows, held_out: HeldOut, cuts: Cuts, threads: int) -> Ranker:
    """Return the ranker learnt from `rows` and calibrated on `held_out`, from `<folder>/<version>/` if it is there,
    else learnt and kept there.

    The version names the rows and the parameters, so that equal inputs meet the same model.
    """
    content = rows.content_hash
    version = sha256(
        repr((content, held_out.content_hash, PARAMETERS, ROUNDS, threads)).encode()
    ).hexdigest()[:16]
    counts = (content, cuts, len(rows.label), rows.list_count)
    if rows.list_count < MINIMUM_PEOPLE:
        reason = (
            f"{rows.list_count} lists with anything to find, {MINIMUM_PEOPLE} are needed: "
            "channels are blended by rank"
        )
        return Ranker(None, "blended", reason, *counts)
    learnt = load_ranker(folder / version)
    if learnt is None:
        booster = fit_ranker(rows.features, rows.label, rows.group, rows.weight, threads)
        described = {"features": list(rows.features.columns), "parameters": PARAMETERS, "rounds": ROUNDS}
        described |= {"training_cuts": [str(cut) for cut in cuts.training], "features_hash": content}
        learnt = LearntRanker(booster, calibration_of(booster, held_out))
        save_ranker(folder / version, learnt, described)
    return Ranker(
        learnt, version, f"learnt from {rows.list_count} lists of {len(cuts.training)} cuts", *counts
    )


def calibration_of(booster: Any, held_out: HeldOut) -> Calibration | None:
    """Return the calibration of the booster's raw scores; none where too little was bought."""
    if held_out.features.empty:
        return None
    names = booster.feature_name()
    return fit_calibration(booster.predict(held_out.features[names], raw_score=True), held_out)
