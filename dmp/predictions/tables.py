"""Columns and types of the tables of predict_all, by table."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

DAY, DAYS = pd.ArrowDtype(pa.date32()), pd.ArrowDtype(pa.list_(pa.date32()))
TABLES: dict[str, dict[str, Any]] = {
    "user_predictions": {
        "as_of_date": DAY, "user_key": "int64", "user_id": "str", "target": "str", "score": "float64",
        "expected_amount": "float64", "score_band": "str", "model_version": "str", "reason": "str",
    },
    "prediction_parts": {
        "as_of_date": DAY, "user_key": "int64", "target": "str", "feature": "str", "feature_value": "float64",
        "contribution": "float64", "part_rank": "int64", "reason_en": "str", "reason_zh": "str", "model_version": "str",
    },
    "prediction_changes": {
        "as_of_date": DAY, "user_key": "int64", "target": "str", "action": "str", "score": "float64",
        "score_after": "float64", "band_after": "str", "model_version": "str",
    },
    "prediction_models": {
        "target": "str", "model_version": "str", "status": "str", "reason": "str", "trained_on": DAY,
        "training_cuts": DAYS, "test_cut": DAY, "training_row_count": "Int64", "test_row_count": "Int64",
        "champion_vintage": "str", "answer": "str", "recipe": "str", "challenge_gain": "float64",
        "challenge_lower": "float64", "challenge_upper": "float64",
    },
    "prediction_choices": {
        "target": "str", "model_version": "str", "recipe": "str", "mean_loss": "float64", "standard_error": "float64",
        "cut_count": "int64", "is_chosen": "bool",
    },
    "prediction_slices": {
        "target": "str", "model_version": "str", "slice": "str", "metric": "str", "value": "float64",
        "person_count": "int64", "test_cut": DAY,
    },
    "prediction_metrics": {
        "target": "str", "model_version": "str", "model": "str", "vintage": "str", "metric": "str",
        "value": "float64", "test_cut": DAY, "population_count": "int64",
    },
    "prediction_drift": {
        "as_of_date": DAY, "target": "str", "model_version": "str", "kind": "str", "feature": "str", "value": "float64",
        "limit_value": "float64", "is_drift": "bool",
    },
    "prediction_calibration": {
        "target": "str", "model_version": "str", "bin": "int64", "mean_score": "float64",
        "observed_rate": "float64", "person_count": "int64",
    },
}  # fmt: skip


def typed(name: str, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """One table with the declared columns and types, so that an empty one has them too."""
    columns = TABLES[name]
    parts = [table.reindex(columns=list(columns)).astype(columns) for table in tables if len(table)]
    if parts:
        return pd.concat(parts, ignore_index=True)
    return pd.DataFrame({column: pd.Series([], dtype=kind) for column, kind in columns.items()})
