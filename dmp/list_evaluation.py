"""How lists are judged on what came after a cut: the owner's choice, `list_evaluation` in the settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ListEvaluation(BaseModel):
    """How far ahead of a cut is looked, and how old what is learned may be there; lists that are served know all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    window_days: int | None = Field(
        None,
        ge=1,
        description="days after a cut whose outcomes count; an eighth of the log, 1 to 30, if not set",
    )
    learning_gap_days: int = Field(
        0,
        ge=0,
        description="so long before a cut learning ends; what a person did since is in their profile alone",
    )
