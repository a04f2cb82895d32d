"""What a person dismissed is not shown to them again."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, own_facts, split, texts


def refused(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items that the person has dismissed lately and not bought since."""
    dismissed, bought = own_facts(context, candidates, "last_dismiss_days", "last_purchase_days")
    is_removed = (dismissed < context.rules.refused.days) & ~(bought < dismissed)
    detail = texts(is_removed, "dismissed {:.0f} days ago", dismissed)
    return split(candidates, is_removed, "refused", detail)
