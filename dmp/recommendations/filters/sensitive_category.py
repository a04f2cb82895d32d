"""Categories that tell of health, faith and the like are shown only where that was consented to."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, of_items, of_people, split

RULE = "sensitive_category"


def sensitive_category(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items of the home's sensitive categories for people without consent to the purpose `sensitive`."""
    categories = context.rules.sensitive_category.categories
    if not categories:
        return nothing_removed(candidates, RULE)
    named = [of_items(context, candidates, column) for column in ("category", "category_top")]
    is_sensitive = (named[0].isin(categories) | named[1].isin(categories)).to_numpy()
    is_removed = is_sensitive & ~of_people(context, candidates, "is_consented_sensitive").to_numpy(dtype=bool)
    detail = "sensitive category " + named[0].fillna(named[1]).fillna("").astype(str).to_numpy(dtype=object)
    return split(candidates, is_removed, RULE, detail)
