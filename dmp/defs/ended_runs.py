"""Reads from Dagster's record how runs ended: which gates failed, which step raised what."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import dagster as dg
from dagster import DagsterEventType as Happened

from dmp.defs.errors import innermost, unmet
from dmp.defs.instance import environment, restored_environment
from dmp.settings import Home
from dmp.upkeep.cause import Cause, EndedRun

ENDED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
TOLD_BY = {Happened.STEP_FAILURE, Happened.RUN_FAILURE, Happened.ASSET_CHECK_EVALUATION}


def last_ended_run(home: Home) -> EndedRun | None:
    """Return the run that ended last, None where none did. The record is only read."""
    if not (home.dagster / "dagster.yaml").exists():
        return None
    with restored_environment():
        os.environ.update(environment(home))
        with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
            records = instance.get_run_records(
                dg.RunsFilter(statuses=ENDED), limit=1, order_by="update_timestamp"
            )
            return ended_run(instance, records[0]) if records else None


def ended_run(instance: dg.DagsterInstance, record: dg.RunRecord) -> EndedRun:
    """Return how a run ended, its causes in the order in which they were met."""
    run = record.dagster_run
    ended_at = datetime.fromtimestamp(record.end_time or record.update_timestamp.timestamp(), UTC)
    causes = () if run.is_success else causes_of(instance, run.run_id)
    return EndedRun(run.run_id, run.job_name, ended_at, causes)


def causes_of(instance: dg.DagsterInstance, run_id: str) -> tuple[Cause, ...]:
    """Return why a run failed: its gates, else the first step's error, else what ended the run itself."""
    gates: dict[str, Cause] = {}
    errors: list[Cause] = []
    for entry in instance.all_logs(run_id, of_type=TOLD_BY):
        event = entry.get_dagster_event()
        if event.event_type == Happened.ASSET_CHECK_EVALUATION:
            gate = event.asset_check_evaluation_data
            if not gate.passed and gate.severity == dg.AssetCheckSeverity.ERROR:
                where = f"{gate.asset_key.to_user_string()}: {gate.check_name}"
                gates[where] = Cause(where, unmet(gate), is_gate=True)
        elif event.event_type == Happened.STEP_FAILURE:
            errors.append(Cause(event.step_key or "a step", innermost(event.step_failure_data.error)))
        else:
            errors.append(Cause("the run itself", innermost(event.job_failure_data.error)))
    return tuple(gates.values()) or tuple(errors[:1])
