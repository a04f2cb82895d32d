"""The learned stages as assets: each reads profile tables, calls its stage's pure functions, writes their tables."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from dmp.defs.partitions import run_range
from dmp.defs.pictures import picture
from dmp.defs.warehouse import Warehouse, table_metadata
from dmp.defs.work import working

PROFILES = [
    "user_profiles",
    "user_metrics",
    "user_metrics_history",
    "learning_consents",
    "user_activity",
    "user_item_activity",
    "item_profiles",
]


def _specs(tables: dict[str, str], deps: list[str], *, python_kinds: set[str]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(name, description=description, deps=deps, kinds={"python", *python_kinds})
        for name, description in tables.items()
    ]


def served_day(connection: duckdb.DuckDBPyConnection) -> date:
    """Return the day as of which people are served: the last landed one."""
    row = connection.execute("SELECT as_of_date FROM intermediate.int_cuts WHERE is_served").fetchone()
    if row is None:
        raise dg.Failure("no landed day has been loaded yet")
    return row[0]


@dg.multi_asset(
    name="vectors",
    group_name="vectors",
    specs=_specs(
        {
            "item_vectors": "One row per item: its place in the space of tastes.",
            "user_vectors": "One row per person: their place in the space of tastes.",
            "vector_bases": "One row per basis whose axes were handed on: of when, and how far items moved since.",
        },
        PROFILES,
        python_kinds={"scikitlearn"},
    ),
)
def vectors(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Factorise who did what with which item."""
    from dmp.vectors.weekly import comparable_vectors_as_of

    with working("learning"), warehouse.connect() as connection:
        tables = comparable_vectors_as_of(connection, served_day(connection))
    yield from warehouse.replace("vectors", tables)


@dg.multi_asset(
    name="segments",
    group_name="segments",
    specs=_specs(
        {
            "segments": "One row per segment, by rule or by likeness: what it asks, who owns it, how many are in it.",
            "user_segments": "One row per person and segment they are in: since when, and why.",
            "user_segment_changes": "One row per person, segment and day on which they came or went, with the cause.",
            "segment_sizes": "One row per segment and weekly cut: how many were in it, came and went.",
            "cluster_fits": "One row per cluster and weekly cut at which clusters were made anew.",
            "cluster_trials": "One row per clustering that was tried at a cut: how useful and how stable it was.",
        },
        [
            *PROFILES,
            "user_tags",
            "user_tag_changes",
            "user_taste_changes",
            "user_lifecycle_history",
            "user_consent_history",
            "user_predictions",
        ],
        python_kinds={"duckdb", "scikitlearn"},
    ),
)
def segments(context: dg.AssetExecutionContext, warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Say who is in which segment, since when and why."""
    from dmp.segments.pictures import sizes_picture
    from dmp.segments.refreshing import refresh_segments
    from dmp.segments.tables import TABLES

    first, _ = run_range(context.run) or (date.max, date.max)
    with warehouse.connect() as connection:
        with working("learning"):
            refresh_segments(connection, warehouse.home.segments, first, served_day(connection))
        sizes = connection.table("segments.segment_sizes").df()
        drawn = {"segment_sizes": {"sizes": picture("sizes", sizes_picture(sizes))}}
        for table in TABLES:
            described = table_metadata(connection, "segments", table)
            yield dg.MaterializeResult(asset_key=table, metadata={**described, **drawn.get(table, {})})


@dg.multi_asset(
    name="predictions",
    group_name="predictions",
    specs=_specs(
        {
            "user_predictions": "One row per person and target: the calibrated score, or the reason why there is none.",
            "prediction_parts": "One row per person, target and feature: what moved the score, in log-odds.",
            "prediction_changes": "One row per explained person and target: the smallest act that betters the band.",
            "prediction_models": "One row per target: the model in use, or why there is none.",
            "prediction_choices": "One row per target and recipe: how it did in rehearsals on earlier windows.",
            "prediction_drift": "One row per target and comparison: are people and outcomes those learned from?",
            "prediction_metrics": "One row per target, model, vintage and metric, on a later, untouched window.",
            "prediction_slices": "One row per target, part of the people and metric, on the same window.",
            "prediction_calibration": "One row per target and tenth of scores: predicted against observed.",
            "purchase_times": "One row per person: when their next purchase is likely, or why that is not told.",
            "silence_times": "One row per person: when they are likely to fall silent for a quarter, or why not told.",
            "time_metrics": "One row per timed event, model and metric, on a later, untouched cut.",
        },
        [*PROFILES, "identity_days_history", "int_events"],
        python_kinds={"lightgbm"},
    ),
)
def predictions(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Score purchase and churn with the champion of each target, training it in its week."""
    from dmp.predictions.predictions import predict_all
    from dmp.predictions.timing.times import time_all

    with working("learning"), warehouse.connect() as connection:
        day = served_day(connection)
        tables = predict_all(connection, warehouse.home, warehouse.settings, day)
        tables |= time_all(connection, warehouse.home, day)
    for result in warehouse.replace("predictions", tables):
        yield _with_metadata(result, _prediction_metadata(result, tables, warehouse))


def _prediction_metadata(
    result: dg.MaterializeResult, tables: dict[str, Any], warehouse: Warehouse
) -> dict[str, Any]:
    metrics = tables["prediction_metrics"]
    champions = tables["prediction_models"].merge(metrics, on=["target", "model_version"])
    shown = champions[
        (champions["model"] == champions["recipe"]) & (champions["vintage"] == champions["champion_vintage"])
    ]
    if result.asset_key == dg.AssetKey("prediction_metrics"):
        return {f"{row.target}_{row.metric}": float(row.value) for row in shown.itertuples()}
    if result.asset_key == dg.AssetKey("prediction_models"):
        return {
            f"{target}_{name}": picture(name, content)
            for target, version in zip(
                tables["prediction_models"]["target"],
                tables["prediction_models"]["model_version"],
                strict=True,
            )
            for name, content in _pictures(warehouse, target, version).items()
        }
    return {}


def _pictures(warehouse: Warehouse, target: str, version: str | None) -> dict[str, bytes]:
    folder = warehouse.home.models / target / str(version)
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.png"))}


@dg.multi_asset(
    name="recommendations",
    group_name="recommendations",
    specs=_specs(
        {
            "recommendations": "One row per person and listed item, ranked, with its sources and reason.",
            "recommendation_fates": "One row per person and item recalled but not listed: where it fell and why.",
            "recommendation_rules": "One row per rule that lists obey: what it removed and what that was worth.",
            "recommendation_metrics": "One row per list and metric: how good the lists were on a later window.",
            "recommendation_channels": "One row per recall channel: how much of what followed it proposed, and alone.",
            "recommendation_calibration": "One row per tenth of probabilities: expected and observed on that window.",
            "recommendation_trade_offs": "One row per aim and weight: how good, unlike, new and valuable lists were.",
            "recommendation_models": "One row: the ranker in use, or why there is none.",
        },
        [
            *PROFILES,
            "item_vectors",
            "user_vectors",
            "list_impressions",
            "user_segment_changes",
            "experiment_assignments",
        ],
        python_kinds={"lightgbm"},
    ),
)
def recommendations(warehouse: Warehouse) -> Iterator[dg.MaterializeResult]:
    """Recall, filter and rank items for everyone."""
    from dmp.recommendations.pictures import calibration_picture, trade_off_picture
    from dmp.recommendations.recommend import recommend_all
    from dmp.vectors.weekly import vectors_as_of

    with working("learning"), warehouse.connect() as connection:
        tables = recommend_all(
            connection,
            warehouse.home,
            warehouse.settings,
            served_day(connection),
            vectors_as_of=lambda cut: vectors_as_of(connection, cut),
        )
    metrics = tables["recommendation_metrics"].query("population in ('buyers', 'known_people')")
    drawn = {
        "recommendation_calibration": calibration_picture,
        "recommendation_trade_offs": trade_off_picture,
    }
    for result in warehouse.replace("recommendations", tables):
        numbers = {
            name: float(value)
            for name, value in zip(
                metrics["list_name"] + "_" + metrics["metric"], metrics["value"], strict=True
            )
        }
        table = result.asset_key.to_user_string() if result.asset_key else ""
        metadata: dict[str, Any] = numbers if table == "recommendation_metrics" else {}
        if table in drawn:
            metadata = {"picture": picture(table, drawn[table](tables[table]))}
        yield _with_metadata(result, metadata)


def _with_metadata(result: dg.MaterializeResult, metadata: dict[str, Any]) -> dg.MaterializeResult:
    return result._replace(metadata={**(result.metadata or {}), **metadata})


LEARNED_ASSETS = [vectors, segments, predictions, recommendations]
