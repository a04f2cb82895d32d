from __future__ import annotations

import pandas as pd
import pytest
from two_worlds import behaviour_of_two_worlds, points_of_two_worlds

from dmp.vectors.behaviour import Behaviour


@pytest.fixture
def points() -> pd.DataFrame:
    return points_of_two_worlds()


@pytest.fixture
def behaviour(points: pd.DataFrame) -> Behaviour:
    return behaviour_of_two_worlds(points)
