"""Landed days as Dagster partitions: registered from the landing folder, always in the order of their dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import dagster as dg

LANDED_DATES = dg.DynamicPartitionsDefinition(name="landed_date")
# Many landed days are one run, from one to all of them.
ONE_RUN = dg.BackfillPolicy.single_run()
PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def register(instance: dg.DagsterInstance, days: Iterable[date]) -> None:
    """Make the instance's partitions the given days. A range of partitions follows their order of registration."""
    wanted = [str(day) for day in sorted(days)]
    known = list(instance.get_dynamic_partitions("landed_date"))
    if known == wanted:
        return
    kept = 0
    while kept < min(len(known), len(wanted)) and known[kept] == wanted[kept]:
        kept += 1
    for day in known[kept:]:
        instance.delete_dynamic_partition("landed_date", day)
    instance.add_dynamic_partitions("landed_date", wanted[kept:])


def range_tags(first: date, last: date) -> dict[str, str]:
    """Return the run tags that make landed days first..last one run."""
    return {RANGE_START_TAG: str(first), RANGE_END_TAG: str(last)}


def materialized(
    context: dg.AssetExecutionContext, table: str, metadata: Mapping[str, Any]
) -> dg.MaterializeResult:
    """Return a table's materialization; of a range of days, the last one carries the metadata.

    Every day of a range is an event of its own, and writing a table's description into each of 400 of them costs ten
    times the event (measured, Dagster 1.13).
    """
    if context.assets_def.partitions_def is None:
        return dg.MaterializeResult(asset_key=table, metadata=metadata)
    context.add_asset_metadata(metadata, asset_key=table, partition_key=str(landed_range(context)[1]))
    return dg.MaterializeResult(asset_key=table)


def run_range(run: dg.DagsterRun) -> tuple[date, date] | None:
    """Return the first and last landed day of a run, None where it names no days."""
    single = run.tags.get(PARTITION_TAG)
    first, last = run.tags.get(RANGE_START_TAG, single), run.tags.get(RANGE_END_TAG, single)
    return (date.fromisoformat(first), date.fromisoformat(last)) if first and last else None


def landed_range(context: dg.AssetExecutionContext) -> tuple[date, date]:
    """Return the first and last landed day of a step."""
    keys = context.partition_keys
    return date.fromisoformat(min(keys)), date.fromisoformat(max(keys))
