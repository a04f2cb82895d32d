"""What decides in lists beside the score, and what each must hold: the owner's choice, `list_order` in the settings."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat

Weights = dict[str, NonNegativeFloat]


class _Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attraction(_Choice):
    """How much the owner wants things to be bought, beside what they earn; what is not named weighs 1."""

    items: Weights = Field({}, description="by item_id")
    categories: Weights = Field({}, description="by category")
    brands: Weights = Field({}, description="by brand")


class Aims(_Choice):
    """Weights of what an item brings to its list, each from 0 to 1; diversity is taken off for likeness."""

    relevance: float = Field(1, ge=0, description="the score, within a person's candidates")
    value: float = Field(0, ge=0, description="probability x margin x attraction, over the person's largest")
    freshness: float = Field(0, ge=0, description="a half of it is gone after 30 days in the catalogue")
    diversity: float = Field(0, ge=0, description="unlikeness to the items that stand above it")


class ListOrder(_Choice):
    """Aims and limits of every list; as they stand, lists are in the order of the score."""

    margin: Literal["auto", "cost", "price", "one"] = Field(
        "auto",
        description="what a unit earns: price less cost, the price, or 1; auto: the first one the shop knows",
    )
    attraction: Attraction = Attraction()
    aims: Aims = Aims()
    most_per_category: int | None = Field(None, ge=1, description="items of one category in a list")
    most_per_brand: int | None = Field(None, ge=1, description="items of one brand in a list")
    least_new_items: int = Field(0, ge=0, description="new items in a list, where there are so many")
    new_item_days: int = Field(30, ge=1, description="so long is an item new")

    @property
    def is_by_score(self) -> bool:
        """Whether nothing but the score decides."""
        aims = self.aims
        has_aims = aims.value or aims.freshness or aims.diversity
        has_limits = self.most_per_category or self.most_per_brand or self.least_new_items
        return not (has_aims or has_limits)
