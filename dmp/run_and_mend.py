"""`dmp run`: one run of what is pending, a second one where the first stumbled over something that could be mended."""

from __future__ import annotations

import os

from dmp.healing import is_full, mend
from dmp.pending import pending_days
from dmp.settings import DmpError, Home
from dmp.terminal import console, errors, sentence
from dmp.upkeep.alerts import report
from dmp.upkeep.cause import Cause
from dmp.warehouse import exclusive


def run_and_mend(home: Home, *, rebuild: bool) -> None:
    """Run what is pending, tell whoever is to be told, and raise DmpError where the run did not do all it should."""
    try:
        causes = _causes(home, rebuild=rebuild)
    except DmpError as error:
        _warn(report(home, "daily", [Cause("the run itself", str(error))]))
        raise
    _warn(report(home, "daily", causes))
    if causes:
        raise DmpError(f"the run stopped; what was published before is unchanged. {_said(causes)}")


def _causes(home: Home, *, rebuild: bool) -> tuple[Cause, ...]:
    """Run what is pending, once more where something damaged could be mended; return why it failed."""
    with exclusive(home, lambda: console.print("Another run writes to this home: waiting for it to end.")):
        causes = _run_once(home, rebuild=rebuild)
        if causes and is_full(home, _said(causes)):
            says = f"The disk of {home.root} is full: make room, then `dmp run --home {home.root}`"
            return (Cause("the disk", says),)
        if causes and (mended := mend(home)):
            console.print(*mended, sep="\n", soft_wrap=True, highlight=False)
            causes = _run_once(home, rebuild=rebuild)
    return causes


def _said(causes: tuple[Cause, ...]) -> str:
    gates = [cause.where for cause in causes if cause.is_gate]
    return f"Failed gates: {', '.join(gates)}." if gates else causes[0].says


def _warn(sentences: list[str]) -> None:
    for said in sentences:
        errors.print(f"warning: {said}", highlight=False, soft_wrap=True, markup=False)


def _run_once(home: Home, *, rebuild: bool) -> tuple[Cause, ...]:
    """Run what is pending; return why it failed, nothing where it did not."""
    pending = pending_days(home, rebuild=rebuild)
    if pending is None:
        console.print(f"Nothing new has landed in {home.landing}: the published build is up to date.")
        return ()
    from dmp.run_report import print_summary, run_with_progress

    try:
        outcome = run_with_progress(home, pending, console)
    except Exception as error:
        if os.environ.get("DMP_DEBUG"):
            raise
        return (Cause("the run itself", sentence(error)),)
    if outcome.is_success:
        print_summary(home, outcome, console)
    return outcome.causes
