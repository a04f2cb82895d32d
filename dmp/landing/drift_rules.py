"""What a contract says of columns that come, go or change their type; finding them is `drift.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dmp.landing.field_contract import Part


class DriftRules(Part):
    """By kind of drift. stop: nothing of the run is loaded until the file or the contract is mended."""

    new: Literal["stop", "ignore", "carry"] = Field(
        "carry", description="a column that the contract does not name; carry: as text in `properties`"
    )
    missing: Literal["stop", "ignore"] = Field(
        "ignore", description="a required column, or one that was there before, is gone"
    )
    retyped: Literal["stop", "ignore", "carry"] = Field(
        "ignore", description="values that the contract's type cannot read; ignore: rejected, carry: as text"
    )
