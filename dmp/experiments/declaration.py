"""What a home tries: `<home>/experiments.yaml`, and who is held out of everything that is tried."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from dmp.settings import Home, SettingsError

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
# The variant of people who are never treated, and the experiment in which they stand beside everybody else.
HOLDOUT = "holdout"
TREATED = "treated"


class Part(BaseModel):
    """A part of the declaration: a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Holdout(Part):
    """Who is never treated, whatever experiments come and go; a larger share keeps those who are in it."""

    share: float = Field(gt=0, le=0.5)
    since: date = Field(description="the first day of the comparison with everybody else")
    outcome: Literal["order", "click"] = "order"
    policy: Literal["", "popular"] = Field("", description="what dmp lists for them; empty: nothing")
    salt: str = Field("", max_length=60, description="another salt is another choice of people")


class Variant(Part):
    """One way to treat people: its share, and the policy that chooses their lists."""

    name: Word
    share: float = Field(gt=0, le=1)
    policy: str = Field("", description="as the log of impressions names it, to see who was shown what")

    @model_validator(mode="after")
    def _is_no_holdout(self) -> Variant:
        if self.name == HOLDOUT:
            raise ValueError("'holdout' is the name of people who are never treated")
        return self


class Experiment(Part):
    """One question: variants from a first day on, the first of them the one that the others are compared with."""

    name: Word
    starts_on: date
    ends_on: date | None = Field(None, description="the last day, included")
    outcome: Literal["order", "click"] = "order"
    salt: str = Field("", max_length=60)
    variants: tuple[Variant, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_a_division(self) -> Experiment:
        names = [variant.name for variant in self.variants]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two variants are named '{twice[0]}'")
        total = sum(variant.share for variant in self.variants)
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of the variants sum to {total:g}, not to 1")
        if self.ends_on and self.ends_on < self.starts_on:
            raise ValueError(f"it ends on {self.ends_on}, before it starts on {self.starts_on}")
        if self.name == HOLDOUT:
            raise ValueError("'holdout' is the name of people who are never treated")
        return self


class Experiments(Part):
    """A home's hold-out and experiments."""

    holdout: Holdout | None = None
    experiments: tuple[Experiment, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> Experiments:
        names = [experiment.name for experiment in self.experiments]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two experiments are named '{twice[0]}'")
        return self

    def begun(self, day: date) -> tuple[Experiment, ...]:
        """Return what has begun by a day; the hold-out counts as one, of all treatment together."""
        every = list(self.experiments)
        if self.holdout:
            everybody = Variant(name=TREATED, share=1)
            every.append(
                Experiment.model_construct(
                    name=HOLDOUT,
                    starts_on=self.holdout.since,
                    outcome=self.holdout.outcome,
                    variants=(everybody,),
                )
            )
        return tuple(experiment for experiment in every if experiment.starts_on <= day)


def read_experiments(home: Home) -> Experiments:
    """Return what the home declares; nothing where there is no file.

    Raises SettingsError that names the file, the place and what is wrong.
    """
    path = home.experiments
    if not path.exists():
        return Experiments()
    try:
        return Experiments(**(yaml.safe_load(path.read_bytes()) or {}))
    except (OSError, yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is no YAML mapping: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "experiments"
        raise SettingsError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from error
