"""A table whose columns are not what was promised is not built."""

from __future__ import annotations

import duckdb
import pytest

from dmp.settings import Home
from dmp.transformation import TransformationError, build


@pytest.mark.parametrize(
    ("model", "change", "told"),
    [
        (
            "user_satisfaction",
            "ALTER TABLE profiles.user_metrics ALTER review_count_life TYPE INTEGER",
            "review_count_life | INTEGER +| BIGINT",
        ),
        (
            "user_profiles",
            "ALTER TABLE profiles.user_metrics ADD COLUMN shoe_size INTEGER",
            "shoe_size +| INTEGER +| +| missing in contract",
        ),
        (
            "int_consents",
            "ALTER TABLE intermediate.int_consents ADD COLUMN shoe_size INTEGER",
            "int_consents has the columns .*shoe_size INTEGER.*; its model makes",
        ),
    ],
)
def test_a_column_of_another_type_or_name_stops_the_model(
    shop_home_copy: Home, model: str, change: str, told: str
) -> None:
    with duckdb.connect(str(shop_home_copy.warehouse)) as connection:
        connection.execute(change)
    with pytest.raises(TransformationError, match=told.replace("|", r"\|")):
        build(model, shop_home_copy, shop_home_copy.settings(), {"home_time_zone": "UTC"})
