"""Why a run did not do all it should: one cause each, whoever started the run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dmp.settings import Home
from dmp.upkeep.finding import command


@dataclass(frozen=True)
class Cause:
    """A gate that failed, or a step that raised an error. Two runs that stop alike have the same cause.

    where: the gate or step; says: what it said there, which may differ from run to run.
    """

    where: str
    says: str
    is_gate: bool = False

    @property
    def key(self) -> str:
        """What makes two failures one cause: the place, never the words."""
        return f"{'gate' if self.is_gate else 'step'} {self.where}"

    def next_command(self, home: Home) -> str:
        """Return what to type once that is mended which `says` names."""
        if self.is_gate:
            return (
                f"{command(home, 'run')}  (once its landed files are mended; --rebuild where they are right)"
            )
        return command(home, "run")


@dataclass(frozen=True)
class EndedRun:
    """A run that came to its end, well (no causes) or not. ended_at: UTC."""

    run_id: str
    job: str
    ended_at: datetime
    causes: tuple[Cause, ...] = ()
