"""Where the SQL stages run when they run on Spark, and with how much."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SparkSettings(BaseModel):
    """A Spark master and what a session on it is given; the defaults are one thread of this machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    master: str = Field(
        "local[1]",
        pattern=r"^(local(\[[0-9*]+\])?|spark://\S+|yarn|k8s://\S+)$",
        description="address of the master; local[1] is one thread of this process",
    )
    driver_memory: str = Field("2g", pattern=r"^[0-9]+[gm]$")
    executor_memory: str = Field("2g", pattern=r"^[0-9]+[gm]$")
    shuffle_partitions: int = Field(2, ge=1, description="parts that a join or a sum is divided into")
    warehouse: str | None = Field(
        None, description="where tables are kept: a path that every worker reaches; none: <home>/spark"
    )
    options: dict[str, str] = Field({}, description="any further settings of Spark, by their own names")
