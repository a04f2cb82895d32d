"""Warnings where people or outcomes are no longer those that models learned from."""

import dagster as dg

from dmp.defs.warehouse import Warehouse

DRIFTED = """
SELECT target || coalesce(': ' || feature, '') AS what, value, limit_value
FROM predictions.prediction_drift WHERE kind = ? AND is_drift ORDER BY value DESC, what
"""


def _drift_check(kind: str, question: str) -> dg.AssetChecksDefinition:
    """A warning, not a gate: December differs from June, and its scores are still the best there are."""

    @dg.asset_check(asset="prediction_drift", name=f"{kind}_drift", description=question, blocking=False)
    def drift(warehouse: Warehouse) -> dg.AssetCheckResult:
        with warehouse.connect() as connection:
            found = connection.execute(DRIFTED, [kind]).fetchall()
        named = "; ".join(f"{what} {value:.2f} (limit {limit:.2f})" for what, value, limit in found[:10])
        return dg.AssetCheckResult(
            passed=not found,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"drifted": len(found), "largest": named},
        )

    return drift


DRIFT_CHECKS = [
    _drift_check("input", "Are the people scored now like those the models learned from?"),
    _drift_check("label", "Does what came on the test window agree with what was learned from?"),
    _drift_check("calibration", "Did as many do it on the test window as the scores said?"),
]
