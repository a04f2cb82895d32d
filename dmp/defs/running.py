"""One run of the daily job in this process, for the command line; Dagster's page shows it like any other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import dagster as dg
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run_iterator

from dmp.defs.errors import innermost, unmet
from dmp.defs.instance import open_instance, restored_environment
from dmp.defs.partitions import register
from dmp.defs.schedules import run_selection, run_tags
from dmp.defs.work import SECONDS
from dmp.pending import Pending
from dmp.settings import Home
from dmp.upkeep.cause import Cause

# The event log keeps everything; the terminal shows progress of its own.
SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class RunOutcome:
    """What one run did: seconds by step and by kind of work, failed gates and the first error."""

    run_id: str
    is_success: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    work_seconds: dict[str, float] = field(default_factory=dict)
    failed_checks: list[str] = field(default_factory=list)
    error: str | None = None
    failed_step: str | None = None
    failed_gates: list[Cause] = field(default_factory=list)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why the run did not do all it should; none where it did."""
        if self.is_success:
            return ()
        error = Cause(self.failed_step or "the run itself", self.error or "the run ended without saying why")
        return tuple(self.failed_gates) or (error,)


def pending_job(pending: Pending) -> dg.JobDefinition:
    """Return the daily job, less what the pending days cannot touch."""
    from dmp.definitions import defs

    return defs.resolve_job_def("daily").get_subset(asset_selection=run_selection(pending))


def run_pending(
    home: Home, pending: Pending, started: Callable[[str], None], job: dg.JobDefinition | None = None
) -> RunOutcome:
    """Run every stage for the pending landed days; `started` is told the name of each step as it begins.

    job: another one than the whole of `pending_job`.
    """
    job = job or pending_job(pending)
    with restored_environment(), open_instance(home) as instance:
        register(instance, pending.days)
        run = instance.create_run_for_job(
            job, asset_selection=job.asset_selection, tags=run_tags(pending), run_config=SILENT
        )
        outcome = RunOutcome(run.run_id)
        begun: dict[str, float] = {}
        SECONDS.clear()
        for event in execute_run_iterator(InMemoryJob(job), run, instance):
            _note(event, outcome, begun, started)
    outcome.work_seconds = dict(SECONDS)
    return outcome


def _note(
    event: dg.DagsterEvent, outcome: RunOutcome, begun: dict[str, float], started: Callable[[str], None]
) -> None:
    step = event.step_key or ""
    if event.is_step_start:
        begun[step] = time.perf_counter()
        started(step)
    elif event.is_step_success or event.is_step_failure:
        outcome.seconds[step] = time.perf_counter() - begun[step]
    if event.is_step_failure and outcome.error is None:
        outcome.failed_step = step
        outcome.error = innermost(event.step_failure_data.error)
    if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        evaluation = event.asset_check_evaluation_data
        if not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            gate = f"{evaluation.asset_key.to_user_string()}: {evaluation.check_name}"
            outcome.failed_checks.append(gate)
            outcome.failed_gates.append(Cause(gate, unmet(evaluation), is_gate=True))
    if event.is_job_failure and outcome.error is None and not outcome.failed_checks:
        outcome.error = innermost(event.job_failure_data.error)
    if event.is_job_success:
        outcome.is_success = True
