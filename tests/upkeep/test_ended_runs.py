"""How runs ended, read from Dagster's record: gates and steps that stopped them, and who is told."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from dmp.defs.alerting import alerts_of_failures, alerts_of_successes
from dmp.defs.ended_runs import causes_of, last_ended_run
from dmp.defs.instance import open_instance, restored_environment
from dmp.settings import Home
from dmp.upkeep.cause import Cause


def run(home: Home, *, is_met: bool = True, error: str = "") -> dg.ExecuteInProcessResult:
    @dg.asset
    def tables() -> None:
        if error:
            raise ValueError(error)

    @dg.asset_check(asset=tables, name="expectations", blocking=True)
    def expectations() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=is_met, metadata={"failed": "is_null(value)"})

    job = dg.define_asset_job("daily", dg.AssetSelection.all())
    definitions = dg.Definitions([tables], asset_checks=[expectations], jobs=[job])
    with restored_environment(), open_instance(home) as instance:
        return definitions.resolve_job_def("daily").execute_in_process(
            instance=instance, raise_on_error=False
        )


def test_a_home_that_never_ran_has_no_last_run(tmp_path: Path) -> None:
    assert last_ended_run(Home.at(tmp_path)) is None
    assert list(tmp_path.iterdir()) == []


def test_the_last_run_names_the_gates_or_the_step_that_stopped_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.at(tmp_path)
    run(home)
    ended = last_ended_run(home)
    assert ended is not None
    assert (ended.job, ended.causes) == ("daily", ())
    run(home, is_met=False)
    ended = last_ended_run(home)
    assert ended is not None
    assert ended.causes == (Cause("tables: expectations", "is_null(value)", is_gate=True),)
    failed = run(home, error="no such column")
    ended = last_ended_run(home)
    assert ended is not None
    (cause,) = ended.causes
    assert (cause.where, cause.is_gate) == ("tables", False)
    assert "no such column" in cause.says

    reported: list[tuple] = []
    monkeypatch.setenv("DMP_HOME", str(tmp_path))
    monkeypatch.setattr(
        "dmp.defs.alerting.report", lambda *told: reported.append(told) or ["it did not go out"]
    )
    with restored_environment(), open_instance(home) as instance:
        assert causes_of(instance, failed.run_id) == (cause,)
        context = dg.build_run_status_sensor_context(
            "alerts_of_failures",
            dagster_event=next(
                e for e in failed.all_events if e.event_type == dg.DagsterEventType.RUN_FAILURE
            ),
            dagster_instance=instance,
            dagster_run=failed.dagster_run,
        )
        alerts_of_failures(context.for_run_failure())
        alerts_of_successes(context)
    assert reported == [(home, "daily", (cause,)), (home, "daily", ())]
