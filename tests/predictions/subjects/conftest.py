"""Small samples of two public tables of subjects, and rows made by hand whose label follows from their features."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.candidates.bagged_trees import BaggedTrees
from dmp.predictions.candidates.curves import Curves
from dmp.predictions.subjects import recipe
from dmp.predictions.subjects.targets import Later, SubjectTarget

ORDER = ("spring", "summer", "autumn", "winter")


@pytest.fixture
def small_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe with two small members, where a test is about splits and tables and not about models."""
    trees = BaggedTrees("small_trees", {"num_leaves": 4, "feature_fraction": 0.5}, 20, booster_count=1)
    monkeypatch.setattr(recipe, "MEMBERS", (Curves(), trees))


@pytest.fixture
def target() -> SubjectTarget:
    return SubjectTarget(
        name="visits",
        table="visits__rows",
        label="is_bought",
        value="true",
        later=Later("season", ORDER, test=("winter",)),
    )


@pytest.fixture
def rows() -> pd.DataFrame:
    """320 rows: the more pages and the more a colour is liked, the likelier the label."""
    random = np.random.default_rng(3)
    pages = random.integers(0, 60, 320).astype(float)
    colour = random.choice(["blue", "green", "red"], 320)
    odds = pages / 12 - 3 + np.where(colour == "red", 1.5, 0.0)
    return pd.DataFrame(
        {
            "subject_id": [f"visits/day/rows.csv:{line}" for line in range(320)],
            "user_key": pd.Series([pd.NA] * 320, dtype="Int64"),
            "row_number": np.arange(320),
            "label": (random.random(320) < 1 / (1 + np.exp(-odds))).astype(float),
            "colour": colour,
            "pages": pages,
            "season": np.repeat(ORDER, 80),
        }
    )
