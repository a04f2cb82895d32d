"""Alerts of runs that the schedules, the sensor or the page started: told when Dagster sees them end."""

from typing import Any

import dagster as dg

from dmp.defs.ended_runs import causes_of
from dmp.defs.schedules import daily_job, training_job
from dmp.defs.verification import verification
from dmp.settings import Home
from dmp.upkeep.alerts import report

# Their common type is `object` to a type checker.
WATCHED: Any = [daily_job, training_job, verification]
RUNNING = dg.DefaultSensorStatus.RUNNING


@dg.run_failure_sensor(name="alerts_of_failures", monitored_jobs=WATCHED, default_status=RUNNING)
def alerts_of_failures(context: dg.RunFailureSensorContext) -> None:
    """Tell why a run stopped, if the home's settings say whom."""
    run = context.dagster_run
    for sentence in report(Home.at(), run.job_name, causes_of(context.instance, run.run_id)):
        context.log.warning(sentence)


@dg.run_status_sensor(
    dg.DagsterRunStatus.SUCCESS, name="alerts_of_successes", monitored_jobs=WATCHED, default_status=RUNNING
)
def alerts_of_successes(context: dg.RunStatusSensorContext) -> None:
    """Tell that what earlier runs of the job stopped at is gone."""
    for sentence in report(Home.at(), context.dagster_run.job_name, ()):
        context.log.warning(sentence)


ALERT_SENSORS = [alerts_of_failures, alerts_of_successes]
