"""Everything that Dagster loads, and the policies that hold for the whole graph."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Any

import dagster as dg

from dmp.defs.alerting import ALERT_SENSORS
from dmp.defs.cleaning import CLEANING_ASSETS
from dmp.defs.experiments import experiments
from dmp.defs.identity import identity
from dmp.defs.influence import influence
from dmp.defs.learning import LEARNED_ASSETS
from dmp.defs.links import with_links
from dmp.defs.prediction_drift import DRIFT_CHECKS
from dmp.defs.publishing import is_published, published_asset
from dmp.defs.quality import GATES
from dmp.defs.raw import RAW_ASSETS, accounts, every_file_has_an_account, no_drift, usual_volume
from dmp.defs.schedules import daily_job, daily_schedule, landed_days_sensor, training_job, weekly_training
from dmp.defs.subjects import subjects
from dmp.defs.transformation import STAGE_ASSETS, seed_keys
from dmp.defs.verification import monthly_verification, verification
from dmp.defs.warehouse import Warehouse
from dmp.dictionary.texts import OWNER

STAGES = [
    *RAW_ASSETS,
    accounts,
    identity,
    *STAGE_ASSETS,
    *CLEANING_ASSETS,
    *LEARNED_ASSETS,
    subjects,
    influence,
    experiments,
]
# A build is a day's work: older than a day and a half means that a day was missed.
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))
OWNERS = [f"team:{OWNER}"]
# Links to source files are in beta: said once for each of them at every start.
warnings.filterwarnings("ignore", r".*(CodeReference|with_source_code_references).* is currently in beta")


def _before_publishing() -> list[dg.AssetKey]:
    """Return the tables that a build copies, and every other one that a gate looks at: none may be red."""
    copied = {spec.key for assets in STAGES for spec in assets.specs if is_published(spec.group_name or "")}
    gated = {check.asset_key for assets in (*STAGES, *GATES) for check in assets.check_specs}
    return sorted(copied | gated, key=lambda key: key.to_user_string())


def _made_of() -> dict[str, list[str]]:
    return {
        key.to_user_string(): [one.to_user_string() for one in behind]
        for assets in STAGES
        for key, behind in assets.asset_deps.items()
    }


def _with_policies(spec: dg.AssetSpec) -> dg.AssetSpec:
    is_of_code = spec.key in seed_keys() or spec.group_name == "staging"
    freshness = None if is_of_code else FRESHNESS
    return with_links(spec.replace_attributes(owners=OWNERS, freshness_policy=freshness))


# All of them are made by code; to a type checker they might be described alone.
MADE_BY_CODE: Any = dg.with_source_code_references(
    [*STAGES, published_asset(_before_publishing(), _made_of())]
)
defs = dg.Definitions(
    assets=[assets.map_asset_specs(_with_policies) for assets in MADE_BY_CODE],
    asset_checks=[*GATES, *DRIFT_CHECKS, every_file_has_an_account, no_drift, usual_volume],
    jobs=[daily_job, training_job, verification],
    schedules=[daily_schedule, weekly_training, monthly_verification],
    sensors=[landed_days_sensor, *ALERT_SENSORS],
    resources={"warehouse": Warehouse()},
    executor=dg.in_process_executor,
)
