"""Nobody is shown the same item day after day: a cap on how often."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, own_facts, split, texts

RULE = "shown_too_often"


def shown_too_often(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items that the person was shown on as many days lately as the home's cap."""
    bounds = context.rules.shown_too_often
    if bounds.most_days is None:
        return nothing_removed(candidates, RULE)
    (shown,) = own_facts(context, candidates, "recent_shown_day_count")
    is_removed = shown >= bounds.most_days
    detail = texts(is_removed, f"shown on {{:.0f}} of the last {bounds.days} days", shown)
    return split(candidates, is_removed, RULE, detail)
