"""What makes LightGBM give the same bytes for the same rows, for every model of this stage."""

from __future__ import annotations

from typing import Any

# One thread per booster, boosters side by side: two threads inside one wait for each other actively, which
# cost 30 s instead of 4 on a busy machine. So a model's bytes do not depend on the settings' threads either.
SAME_BYTES: dict[str, Any] = {
    "seed": 7,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
