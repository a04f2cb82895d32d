"""The scores of plain tables of subjects, which come from raw tables and need no profile."""

from collections.abc import Iterator

import dagster as dg

from dmp.defs.warehouse import Warehouse
from dmp.defs.work import working
from dmp.predictions.subjects.targets import SUBJECT_TARGETS

TABLE = "subject_predictions"


@dg.multi_asset(
    name=TABLE,
    group_name="predictions",
    specs=[
        dg.AssetSpec(
            TABLE,
            description="One row per row of a table of subjects: its score, or the reason why there is none.",
            deps=[*(target.table for target in SUBJECT_TARGETS), "identity_map", "user_consents"],
            kinds={"python", "lightgbm"},
        )
    ],
)
def subjects(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Score the subjects of every target whose table has rows."""
    from dmp.predictions.subjects.subject_predictions import subject_predictions

    with working("learning"), warehouse.connect() as connection:
        table = subject_predictions(connection, warehouse.home, warehouse.settings)
    yield from warehouse.replace("predictions", {TABLE: table})
