"""Which features a model looks at, over many people; one person's reasons are in `explanation.py`."""

from __future__ import annotations

import pandas as pd

from dmp.predictions.blend import Blend


def importance(model: Blend, rows: pd.DataFrame) -> pd.DataFrame:
    """Return feature and importance, largest first: the mean size of its part over `rows`, in log-odds.

    Parts that are no feature are left out.
    """
    parts = model.parts(rows)
    named = [name for name in parts.columns if not name.startswith("(")]
    sizes = parts[named].abs().mean().rename("importance").rename_axis("feature").reset_index()
    return sizes.sort_values(["importance", "feature"], ascending=[False, True], ignore_index=True)
