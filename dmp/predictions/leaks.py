"""Signs that a feature knows the answer or the calendar; a target with such a sign is not learned."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

SUSPICIOUS_AUC = 0.95
SUSPICIOUS_CORRELATION = 0.999


def leaks(rows: pd.DataFrame, features: Sequence[str], answer: str) -> list[str]:
    """Return one sentence per sign found in training rows, in the order of `features`.

    A number that alone tells a chance apart (AUC above 0.95 either way), equals an amount (rank correlation above
    0.999), or is a clock (constant at each cut and rising with it).
    """
    found = []
    labels = rows["label"].to_numpy(dtype="float64")
    for name in features:
        if not pd.api.types.is_numeric_dtype(rows[name]):
            continue
        values = rows[name].astype("float64").replace([np.inf, -np.inf], np.nan)
        if values.nunique() < 2:
            continue
        if answer == "chance":
            auc = _auc(values.to_numpy(), labels)
            if max(auc, 1 - auc) > SUSPICIOUS_AUC:
                found.append(
                    f"{name} alone tells the label (AUC {auc:.3f}): it may know what came after the cut"
                )
        elif abs(_rank_correlation(values, rows["label"])) > SUSPICIOUS_CORRELATION:
            found.append(f"{name} equals the label: it may know what came after the cut")
        if "as_of_date" in rows and _is_clock(values, rows["as_of_date"]):
            found.append(f"{name} is the same for everybody at a cut and rises with it: it tells the date")
    return found


def repeated_rows(training: pd.DataFrame, test: pd.DataFrame, features: Sequence[str]) -> int:
    """Return how many test rows are the training row of another subject again, feature by feature and label.

    Rows without any variety are told apart by nothing, so only those with at least half of their features present
    count; people known at both cuts are expected and not counted.
    """
    columns = [*features, "label"]
    full = test[test[list(features)].notna().mean(axis=1) >= 0.5]
    new = full[~full["user_key"].isin(training["user_key"])]
    seen = set(pd.util.hash_pandas_object(training[columns], index=False))
    return int(pd.util.hash_pandas_object(new[columns], index=False).isin(seen).sum())


def _auc(values: np.ndarray, labels: np.ndarray) -> float:
    """Area under the curve by ranks; a missing value ranks below all, as trees may use it."""
    ranks = pd.Series(np.where(np.isnan(values), -np.inf, values)).rank().to_numpy()
    positive = labels > 0
    count, others = positive.sum(), (~positive).sum()
    if not count or not others:
        return 0.5
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def _rank_correlation(values: pd.Series, labels: pd.Series) -> float:
    return float(values.rank().corr(labels.rank()))


def _is_clock(values: pd.Series, cuts: pd.Series) -> bool:
    by_cut = values.groupby(cuts.to_numpy())
    means = by_cut.mean()
    return (
        len(means) > 2
        and bool((by_cut.nunique() == 1).all())
        and bool(means.is_monotonic_increasing)
        and means.nunique() > 2
    )
