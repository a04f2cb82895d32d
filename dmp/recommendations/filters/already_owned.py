"""What one buys once and keeps is not shown to its owner."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dmp.recommendations.context import Context
from dmp.recommendations.filters.parting import Filtered, numbers, own_facts, split, texts


def already_owned(context: Context, candidates: pd.DataFrame) -> Filtered:
    """Remove durable items that the person has bought.

    Durable is what the catalogue says is no consumable; where it does not say, what is hardly ever bought
    twice.
    """
    (bought,) = own_facts(context, candidates, "last_purchase_days")
    is_consumable = context.items["is_consumable"].astype("boolean")
    seldom = numbers(context.items["repurchase_rate"]) < context.rules.already_owned.repurchase_rate
    is_durable = np.where(is_consumable.isna(), seldom, ~is_consumable.fillna(True).to_numpy(dtype=bool))
    is_removed = ~np.isnan(bought) & is_durable[candidates["item_key"].to_numpy()]
    detail = texts(is_removed, "bought {:.0f} days ago and seldom bought twice", bought)
    return split(candidates, is_removed, "already_owned", detail)
