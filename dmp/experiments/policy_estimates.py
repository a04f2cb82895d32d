"""The table `policy_estimates`: what each logged policy brought, and what others would have brought."""

from __future__ import annotations

from datetime import date

import pandas as pd

from dmp.experiments.impressions import OUTCOMES, context_columns, logged
from dmp.experiments.off_policy import COLUMNS, observed, off_policy_estimates
from dmp.experiments.target_policies import UNIFORM, doubt_about, logged_policy, uniform_policy

ABOUT = {
    "as_of_date": "object", "placement": "str", "outcome": "str", "logged_policy": "str", "target_policy": "str",
}  # fmt: skip


def policy_estimates(impressions: pd.DataFrame, as_of_date: date) -> pd.DataFrame:
    """Return one row per placement, outcome, logged policy, target policy and estimator.

    impressions: as `impressions.judged_impressions` returns them. A policy as its own target has one row, its
    observed mean. Targets are the policies logged in the same placement, as their own log shows them, and
    `uniform` over its items.
    """
    tables = []
    for placement, here in impressions.groupby("placement", sort=True):
        policies = sorted(here["policy"].unique())
        targets = {name: logged_policy(here, name) for name in policies}
        targets.setdefault(UNIFORM, uniform_policy(here))
        doubts = {name: doubt_about(here, name) for name in policies}
        for outcome in OUTCOMES:
            for policy in policies:
                log = logged(here, str(placement), policy, outcome)
                for target, choices in targets.items():
                    found = (
                        observed(here[here["policy"] == policy], OUTCOMES[outcome])
                        if target == policy
                        else off_policy_estimates(
                            log, choices, context_columns(log), doubt=doubts.get(target)
                        )
                    )
                    about = (as_of_date, placement, outcome, policy, target)
                    tables.append(found.assign(**dict(zip(ABOUT, about, strict=True))))
    columns = {**ABOUT, **COLUMNS}
    empty = pd.DataFrame(columns=list(columns))
    return pd.concat(tables or [empty], ignore_index=True)[list(columns)].astype(columns)
