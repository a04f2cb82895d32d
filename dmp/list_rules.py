"""The bounds of the rules that recommended items must obey: the owner's choice, `list_rules` in the settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Bounds(BaseModel):
    """What may be set of one rule."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SensitiveCategory(Bounds):
    """Categories that are shown only to people who consented to the purpose `sensitive`."""

    categories: tuple[str, ...] = Field((), description="names of categories, at any level; none: off")


class OutOfStock(Bounds):
    """Items whose known stock is too small."""

    at_least: int = Field(1, ge=1, description="units that must be left")


class Refused(Bounds):
    """Items that the person dismissed and did not buy since."""

    days: int = Field(3650, ge=1, description="so long does a dismissal count")


class TiredOfGroup(Bounds):
    """Items of a category or brand that the person keeps dismissing."""

    dismissals: float | None = Field(
        3, gt=0, description="faded dismissed items of the group; null: the rule is off"
    )
    half_life_days: int = Field(30, ge=1, description="after so long a dismissal counts half")


class AlreadyOwned(Bounds):
    """Durable items that the person has bought."""

    # Of twenty buyers, less than one has ever bought such an item again: it is something one owns.
    repurchase_rate: float = Field(
        0.05, ge=0, le=1, description="below this share of buyers who come back for it, an item is durable"
    )


class SeenWithoutEffect(Bounds):
    """Items that the person was shown or looked at often and did nothing about."""

    times: int | None = Field(None, ge=1, description="times shown or looked at; null: the rule is off")
    days: int = Field(30, ge=1, le=3650, description="within so many days")


class ShownTooOften(Bounds):
    """Items that the person was shown on too many days, whatever came of it."""

    most_days: int | None = Field(
        None, ge=1, description="days on which it may be shown; null: the rule is off"
    )
    days: int = Field(7, ge=1, le=3650, description="within so many days")


class OutsidePriceBand(Bounds):
    """Items that cost far more, or far less, than what the person usually pays a unit."""

    dearer_times: float | None = Field(
        None, gt=1, description="at most so many times the usual price; null: any"
    )
    cheaper_times: float | None = Field(
        None, gt=1, description="at least the usual price over this; null: any"
    )
    minimum_items: int = Field(
        5, ge=1, description="different items bought, before a price is a person's usual one"
    )


class ListRules(BaseModel):
    """The bounds of each rule that has any, under the rule's name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensitive_category: SensitiveCategory = SensitiveCategory()
    out_of_stock: OutOfStock = OutOfStock()
    refused: Refused = Refused()
    tired_of_group: TiredOfGroup = TiredOfGroup()
    already_owned: AlreadyOwned = AlreadyOwned()
    seen_without_effect: SeenWithoutEffect = SeenWithoutEffect()
    shown_too_often: ShownTooOften = ShownTooOften()
    outside_price_band: OutsidePriceBand = OutsidePriceBand()

    def of(self, rule: str) -> dict[str, object]:
        """Return the bounds of a rule by name; none where the rule has nothing to set."""
        bounds = getattr(self, rule, None)
        return bounds.model_dump(mode="json") if isinstance(bounds, Bounds) else {}
