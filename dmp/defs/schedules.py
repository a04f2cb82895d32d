"""When runs start: a daily and a weekly schedule, and a sensor that sees newly landed days. All on from the start."""

import hashlib
import json
from contextlib import suppress
from typing import Any

import dagster as dg
from dagster._core.storage.dagster_run import NOT_FINISHED_STATUSES

from dmp.builds import code_version, decisions, own_settings, published_build
from dmp.checked_json import DamagedFileError
from dmp.defs.partitions import range_tags, register
from dmp.defs.raw import CONTRACTS, raw_keys
from dmp.defs.transformation import seed_keys, staging_keys
from dmp.defs.warehouse import REBUILD_TAG
from dmp.landing.days import landed_days
from dmp.landing.strays import stray_files
from dmp.pending import Pending, pending_days
from dmp.settings import Home, SettingsError

# A run that is started again after its process died begins at the beginning: a rebuild starts from an empty warehouse.
FROM_THE_BEGINNING = {"dagster/retry_strategy": "ALL_STEPS"}
LEARNED_STAGES = ("vectors", "segments", "predictions", "recommendations", "experiments", "published")

daily_job = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.all(),
    description="Every stage, from the pending landed days to the published build.",
    tags=FROM_THE_BEGINNING,
)
training_job = dg.define_asset_job(
    "training",
    selection=dg.AssetSelection.groups(*LEARNED_STAGES),
    description="The learned stages on what is known: a new week's models are trained and compared.",
    tags=FROM_THE_BEGINNING,
)


def run_selection(pending: Pending) -> frozenset[dg.AssetKey]:
    """Return what a run makes: everything but the raw tables and staging views of sources without files here.

    Views and seeds say what the code says, whatever lands: the run after the one that made them lets them be.
    """
    from dmp.definitions import defs

    tables = defs.resolve_job_def("daily").asset_layer.executable_asset_keys
    unused = set() if pending.sources is None else CONTRACTS.keys() - set(pending.sources)
    made = set() if pending.is_rebuild else set(pending.viewed_sources)
    needless = raw_keys(unused) | staging_keys(unused | made) | (seed_keys() if made else set())
    return frozenset(tables) - needless


def run_tags(pending: Pending) -> dict[str, str]:
    """Return the tags of the one run that brings the published build up to date."""
    return {**range_tags(pending.first, pending.last), REBUILD_TAG: str(pending.is_rebuild).lower()}


def _pending_request(
    context: dg.ScheduleEvaluationContext | dg.SensorEvaluationContext, home: Home, run_key: str | None = None
) -> dg.RunRequest | dg.SkipReason:
    under_way = dg.RunsFilter(job_name="daily", statuses=NOT_FINISHED_STATUSES)
    if context.instance.get_run_ids(under_way, limit=1):
        return dg.SkipReason("a daily run is queued or under way")
    try:
        pending = pending_days(home)
    except SettingsError as error:
        return dg.SkipReason(str(error))
    if pending is None:
        return dg.SkipReason("the published build holds every landed day")
    register(context.instance, pending.days)
    return dg.RunRequest(
        run_key=run_key, tags=run_tags(pending), asset_selection=sorted(run_selection(pending))
    )


@dg.schedule(job=daily_job, cron_schedule="0 6 * * *", default_status=dg.DefaultScheduleStatus.RUNNING)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Run what is pending, every morning: newly landed days, and what other code or settings make anew."""
    return _pending_request(context, Home.at())


@dg.sensor(
    job=daily_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    name="landed_days",
)
def landed_days_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Run what has landed, or what the home's owner has changed, within seconds.

    What failed is tried again only with other files or code.
    """
    home = Home.at()
    try:
        state = _state(home)
    except SettingsError as error:
        return dg.SkipReason(str(error))
    build = None
    # A damaged build is no reason to skip: what is pending knows what to do.
    with suppress(DamagedFileError):
        build = published_build(home)
    if build and all(build.get(name) == value for name, value in state.items()):
        return dg.SkipReason("nothing has landed or been changed since the published build")
    key = json.dumps([state, code_version()], sort_keys=True)
    return _pending_request(context, home, hashlib.sha256(key.encode()).hexdigest())


def _state(home: Home) -> dict[str, Any]:
    """Return what lies in a home for a build to be made of, as a build says it."""
    return {
        "landed_days": {str(day): files for day, files in landed_days(home.landing).items()},
        "strays": [stray.source_file for stray in stray_files(home.landing)],
        "decisions": decisions(home),
        "settings": own_settings(home, home.settings()),
    }


weekly_training = dg.ScheduleDefinition(
    name="weekly_training",
    job=training_job,
    cron_schedule="0 5 * * 1",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
