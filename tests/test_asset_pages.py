"""What Dagster's page shows of an asset: links, the columns behind its columns, plots and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dmp.builds import published_build
from dmp.definitions import defs
from dmp.defs.instance import open_instance
from dmp.defs.numbers import NUMBERS
from dmp.pages.app import PAGES
from dmp.settings import Home


def specs() -> list[dg.AssetSpec]:
    return sorted(defs.resolve_all_asset_specs(), key=lambda spec: spec.key)


@pytest.fixture(scope="module")
def instance(shop_home: Home) -> Iterator[dg.DagsterInstance]:
    """The record of the shop's one run; only read."""
    with open_instance(shop_home) as opened:
        yield opened


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.key.to_user_string())
def test_every_asset_leads_to_its_docs_its_code_and_its_page(spec: dg.AssetSpec) -> None:
    references = spec.metadata["dagster/code_references"].code_references
    files = [Path(reference.file_path) for reference in references]
    assert all(file.is_file() for file in files)
    code, docs = files[0], files[-1]
    assert code.suffix in {".py", ".sql", ".csv"}
    assert docs.suffix == ".md"
    assert spec.metadata["page"].value.removeprefix("http://127.0.0.1:8787/") in PAGES


def test_every_published_table_leads_to_the_dictionary_of_its_columns(shop_home: Home) -> None:
    build = published_build(shop_home)
    assert build
    linked = {
        spec.key.to_user_string(): spec.metadata["columns"].value
        for spec in specs()
        if "columns" in spec.metadata
    }
    # Of sources that never landed here there is no table; what gates found is no asset.
    assert set(linked) == set(build["tables"]) - {"gate_results"}
    assert all(link.endswith(f"/questions#{table}") for table, link in linked.items())


def latest(instance: dg.DagsterInstance, table: str) -> Mapping[str, Any]:
    event = instance.get_latest_materialization_event(dg.AssetKey(table))
    assert event
    assert event.asset_materialization
    return event.asset_materialization.metadata


def test_a_column_of_a_published_table_leads_to_the_columns_it_is_made_of(
    instance: dg.DagsterInstance,
) -> None:
    metadata = latest(instance, "user_profiles")
    behind = metadata["dagster/column_lineage"].value.deps_by_column
    assert behind["purchase_amount_90d"] == [
        dg.TableColumnDep(dg.AssetKey("user_metrics"), "purchase_amount_90d")
    ]
    columns = {column.name: column for column in metadata["dagster/column_schema"].value.columns}
    assert set(behind) == set(columns)
    assert (
        "[user_metrics.purchase_amount_90d](/assets/user_metrics"
        in columns["purchase_amount_90d"].description
    )
    known = {spec.key for spec in specs()}
    assert {place.asset_key for places in behind.values() for place in places} <= known


def test_a_column_of_a_table_of_days_leads_on_to_the_landed_records(instance: dg.DagsterInstance) -> None:
    behind = latest(instance, "int_events")["dagster/column_lineage"].value.deps_by_column
    assert {place.asset_key for place in behind["event_id"]} == {dg.AssetKey("int_events_landed")}
    view = latest(instance, "stg_shop__behaviours")["dagster/column_lineage"].value.deps_by_column
    assert dg.TableColumnDep(dg.AssetKey("shop__events"), "event_id") in view["event_id"]


def test_the_last_day_of_a_range_says_what_its_table_holds(instance: dg.DagsterInstance) -> None:
    days = instance.get_dynamic_partitions("landed_date")
    for table in ("shop__events", "int_events"):
        first, last = (
            instance.fetch_materializations(
                dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[day]), limit=1
            ).records[0]
            for day in (days[0], days[-1])
        )
        assert "dagster/column_schema" in last.asset_materialization.metadata
        assert last.asset_materialization.metadata["dagster/row_count"].value > 0
        assert not first.asset_materialization.metadata, "a table's description in each of its days is costly"
        assert latest(instance, table) == last.asset_materialization.metadata, "pages show the latest event"


def test_tables_of_which_numbers_are_told_have_plots(instance: dg.DagsterInstance) -> None:
    for table in NUMBERS:
        metadata = latest(instance, table)
        assert metadata["dagster/row_count"].value == 0 or any(
            isinstance(value, dg.FloatMetadataValue) for value in metadata.values()
        ), table


def test_what_is_drawn_is_in_the_event_as_a_picture(instance: dg.DagsterInstance) -> None:
    for table in (
        "prediction_models",
        "recommendation_calibration",
        "recommendation_trade_offs",
        "segment_sizes",
    ):
        pictures = [
            value.value
            for value in latest(instance, table).values()
            if isinstance(value, dg.MarkdownMetadataValue)
        ]
        assert pictures, table
        assert all(text.startswith("![") and "data:image/png;base64," in text for text in pictures)
