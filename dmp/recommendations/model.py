"""The ranker of a build: learnt once for the same rows, kept on disk, described for its readers."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from dmp.recommendations.cuts import Cuts
from dmp.recommendations.ranker_store import load_ranker, save_ranker
from dmp.recommendations.ranking import MINIMUM_PEOPLE, PARAMETERS, ROUNDS, fit_ranker
from dmp.recommendations.training import TrainingRows


@dataclass(frozen=True)
class Ranker:
    """A LightGBM Booster with its description; no Booster where there is too little to learn from."""

    booster: Any | None
    version: str
    reason: str
    features_hash: str
    cuts: Cuts
    row_count: int
    list_count: int

    def described(self) -> pd.DataFrame:
        """Return `recommendation_models`: one row."""
        return pd.DataFrame(
            [
                {
                    "model_name": "ranker",
                    "model_version": self.version,
                    "status": "learnt" if self.booster is not None else "blended",
                    "reason": self.reason,
                    "features_hash": self.features_hash,
                    "training_cuts": ", ".join(str(cut) for cut in self.cuts.training),
                    "evaluation_cut": self.cuts.evaluation,
                    "window_days": self.cuts.window_days,
                    "training_row_count": self.row_count,
                    "training_list_count": self.list_count,
                }
            ]
        )


def ranker_of(folder: Path, rows: TrainingRows, cuts: Cuts, threads: int) -> Ranker:
    """Return the ranker learnt from `rows`, from `<folder>/<version>/` if it is there, else learnt and kept
    there.

    The version names the rows and the parameters, so that equal inputs meet the same model.
    """
    content = rows.content_hash
    version = sha256(repr((content, PARAMETERS, ROUNDS, threads)).encode()).hexdigest()[:16]
    counts = (content, cuts, len(rows.label), rows.list_count)
    if rows.list_count < MINIMUM_PEOPLE:
        reason = (
            f"{rows.list_count} lists with anything to find, {MINIMUM_PEOPLE} are needed: "
            "channels are blended by rank"
        )
        return Ranker(None, "blended", reason, *counts)
    booster = load_ranker(folder / version)
    if booster is None:
        booster = fit_ranker(rows.features, rows.label, rows.group, threads)
        described = {"features": list(rows.features.columns), "parameters": PARAMETERS, "rounds": ROUNDS}
        described |= {"training_cuts": [str(cut) for cut in cuts.training], "features_hash": content}
        save_ranker(folder / version, booster, described)
    return Ranker(
        booster, version, f"learnt from {rows.list_count} lists of {len(cuts.training)} cuts", *counts
    )
