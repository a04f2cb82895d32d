"""What one buys once and keeps is not shown to its owner."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, numbers, of_items, own_facts, split, texts


def already_owned(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove durable items that the person has bought.

    Durable is what the catalogue says is no consumable; where it does not say, what is hardly ever bought
    twice.
    """
    (bought,) = own_facts(context, candidates, "last_purchase_days")
    is_consumable = of_items(context, candidates, "is_consumable").astype("boolean")
    rate = numbers(of_items(context, candidates, "repurchase_rate"))
    seldom = rate < context.rules.already_owned.repurchase_rate
    is_durable = np.where(is_consumable.isna(), seldom, ~is_consumable.fillna(True).to_numpy(dtype=bool))
    is_removed = ~np.isnan(bought) & is_durable
    detail = texts(is_removed, "bought {:.0f} days ago and seldom bought twice", bought)
    return split(candidates, is_removed, "already_owned", detail)
