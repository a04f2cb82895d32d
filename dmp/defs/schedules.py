"""When runs start: a daily and a weekly schedule, and a sensor that sees newly landed days. All on from the start."""

import hashlib
import json

import dagster as dg

from dmp.defs.partitions import range_tags, register
from dmp.defs.warehouse import REBUILD_TAG
from dmp.landing.days import landed_days
from dmp.pending import Pending, pending_days
from dmp.settings import Home, SettingsError

LEARNED_STAGES = ("vectors", "segments", "predictions", "recommendations", "published")

daily_job = dg.define_asset_job(
    "daily",
    selection=dg.AssetSelection.all(),
    description="Every stage, from the pending landed days to the published build.",
)
training_job = dg.define_asset_job(
    "training",
    selection=dg.AssetSelection.groups(*LEARNED_STAGES),
    description="The learned stages on what is known: a new week's models are trained and compared.",
)


def run_tags(pending: Pending) -> dict[str, str]:
    """Return the tags of the one run that brings the published build up to date."""
    return {**range_tags(pending.first, pending.last), REBUILD_TAG: str(pending.is_rebuild).lower()}


def _request(
    context: dg.ScheduleEvaluationContext | dg.SensorEvaluationContext,
) -> dg.RunRequest | dg.SkipReason:
    home = Home.at()
    try:
        pending = pending_days(home)
    except SettingsError as error:
        return dg.SkipReason(str(error))
    if pending is None:
        return dg.SkipReason("the published build holds every landed day")
    register(context.instance, pending.days)
    state = json.dumps({str(day): files for day, files in landed_days(home.landing).items()}, sort_keys=True)
    return dg.RunRequest(
        run_key=hashlib.sha256((state + pending.reason).encode()).hexdigest(),
        tags=run_tags(pending),
    )


@dg.schedule(job=daily_job, cron_schedule="0 6 * * *", default_status=dg.DefaultScheduleStatus.RUNNING)
def daily_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Run what is pending, every morning."""
    return _request(context)


@dg.sensor(
    job=daily_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    name="landed_days",
)
def landed_days_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Run what is pending as soon as it has landed."""
    return _request(context)


weekly_training = dg.ScheduleDefinition(
    name="weekly_training",
    job=training_job,
    cron_schedule="0 5 * * 1",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
