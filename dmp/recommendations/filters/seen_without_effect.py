"""What a person has seen often enough without doing anything about it makes room."""

from __future__ import annotations

import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, nothing_removed, own_facts, split, texts

RULE = "seen_without_effect"


def seen_without_effect(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove items shown or looked at often lately, and neither carted, marked nor bought in that time."""
    bounds = context.rules.seen_without_effect
    if bounds.times is None:
        return nothing_removed(candidates, RULE)
    seen, effect = own_facts(context, candidates, "recent_seen_count", "last_effect_days")
    is_removed = (seen >= bounds.times) & ~(effect < bounds.days)
    detail = texts(is_removed, f"seen {{:.0f}} times in {bounds.days} days without effect", seen)
    return split(candidates, is_removed, RULE, detail)
