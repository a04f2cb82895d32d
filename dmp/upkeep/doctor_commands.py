"""`dmp doctor`: what it prints and its exit code."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, print_json, say
from dmp.upkeep.finding import Finding

MARKS = {"ok": "ok", "warning": "warning", "problem": "PROBLEM"}


def doctor(
    home: HomeOption = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every cell and every published file too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say whether a home and this machine are in order, and what to type where they are not; 1 if not."""
    from dmp.defs.ended_runs import last_ended_run
    from dmp.upkeep.doctor import diagnose

    findings = diagnose(Home.at(home), last_ended_run, is_thorough=thorough)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print_findings(findings)
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)


def _print_findings(findings: list[Finding]) -> None:
    for finding in findings:
        say(f"{MARKS[finding.state]:<8} {finding.subject:<11} {finding.says}")
        if finding.next:
            say(f"{'':<21}next: {finding.next}")
    counts = {state: sum(finding.state == state for finding in findings) for state in MARKS}
    say(f"{counts['problem']} problems, {counts['warning']} warnings, {counts['ok']} in order.")
