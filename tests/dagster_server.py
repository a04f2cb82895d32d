"""Dagster's server for a home, as `dmp ui` starts it, and its GraphQL interface."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dmp.settings import Home

PROGRAMS = Path(sys.executable).parent
FINISHED = {"SUCCESS", "FAILURE", "CANCELED"}
LOADED = "{ workspaceOrError { ... on Workspace { locationEntries { loadStatus } } } }"
LAUNCH = """
mutation Launch($parameters: ExecutionParams!) {
  launchPipelineExecution(executionParams: $parameters) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  }
}
"""
RUN = "query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status startTime endTime tags { key value } } } }"
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status startTime endTime } } } }"


def wait_for(what: str, look: Callable[[], Any], seconds: float) -> Any:
    """Return what `look` finds, looking every half second; AssertionError names it when time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what}: not within {seconds} seconds")


class DagsterServer:
    """`dmp ui` on a free port, from start to stop."""

    def __init__(self, home: Home, log: Path) -> None:
        """Start it; `log` takes what it says."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        command = [str(PROGRAMS / "dmp"), "ui", "--home", str(home.root), "--port", str(self.port)]
        with log.open("w") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)

    def wait_until_loaded(self, seconds: float) -> None:
        """Wait until the page knows the graph."""
        wait_for("the page", self._is_loaded, seconds)

    def _is_loaded(self) -> bool:
        assert self.process.poll() is None, "the server stopped"
        try:
            entries = self.ask(LOADED)["workspaceOrError"]["locationEntries"]
        except (urllib.error.URLError, ConnectionError):
            return False
        return all(entry["loadStatus"] == "LOADED" for entry in entries)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """Return the answer to a GraphQL query."""
        request = urllib.request.Request(
            f"{self.url}/graphql",
            data=json.dumps({"query": query, "variables": variables}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def launch(self, job: str, assets: list[str] | None = None, tags: dict[str, str] | None = None) -> str:
        """Start a run of a job, or of some of its assets, as the page's button does; return its id."""
        selector = {
            "repositoryLocationName": "dmp",
            "repositoryName": "__repository__",
            "pipelineName": job,
            **({"assetSelection": [{"path": [name]} for name in assets]} if assets else {}),
        }
        metadata = {"tags": [{"key": key, "value": value} for key, value in (tags or {}).items()]}
        parameters = {"selector": selector, "mode": "default", "executionMetadata": metadata}
        started = self.ask(LAUNCH, parameters=parameters)["launchPipelineExecution"]
        assert started["__typename"] == "LaunchRunSuccess", started
        return started["run"]["runId"]

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run's status, times and tags."""
        return self.ask(RUN, id=run_id)["runOrError"]

    def runs(self) -> list[dict[str, Any]]:
        """Return every run, the newest first."""
        return self.ask(RUNS)["runsOrError"]["results"]

    def wait_for_end(self, run_id: str, seconds: float) -> str:
        """Wait until a run has ended; return its status."""
        return wait_for(
            f"the end of run {run_id}",
            lambda: status if (status := self.run(run_id)["status"]) in FINISHED else None,
            seconds,
        )

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
