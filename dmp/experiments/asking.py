"""Questions about policies that are asked of the published build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from dmp.experiments.impressions import OUTCOMES, PUBLISHED, context_columns, judged_impressions, logged
from dmp.experiments.off_policy import observed, off_policy_estimates
from dmp.experiments.target_policies import (
    UNIFORM,
    doubt_about,
    logged_policy,
    policy_of_file,
    uniform_policy,
)
from dmp.experiments.weights import PLACE
from dmp.published import published
from dmp.published_names import identifier_ids
from dmp.settings import DmpError, Home, SettingsError

IDENTIFIERS = (
    "SELECT identifier_id, user_id FROM identity_map WHERE identifier_id IS NOT NULL AND user_id IS NOT NULL"
)


def estimates(
    home: Home, target: str, policy: str, *, placement: str | None, outcome: str, limit: float
) -> list[dict[str, Any]]:
    """Return the estimates for a target by placement and estimator, after the logged policy's own mean.

    Raises DmpError where nothing was logged, SettingsError where a name is none of what there is.
    """
    if outcome not in OUTCOMES:
        raise SettingsError(f"'{outcome}' is no outcome: use {' or '.join(OUTCOMES)}")
    with published(home) as build:
        if "list_impressions" not in build.build["tables"]:
            raise DmpError("this build knows no logged lists: `dmp run` makes them")
        impressions = judged_impressions(build.connection, PUBLISHED)
        identifiers = dict(build.connection.execute(IDENTIFIERS).fetchall())
    own = impressions[impressions["policy"] == policy]
    if placement:
        own = own[own["placement"] == placement]
    if own.empty:
        known = ", ".join(sorted(impressions["policy"].unique())) or "none"
        where = f" in the placement '{placement}'" if placement else ""
        raise SettingsError(
            f"no judged impressions of the policy '{policy}'{where}; logged policies: {known}"
        )
    rows = []
    for name in sorted(own["placement"].unique()):
        here = impressions[impressions["placement"] == name]
        log = logged(here, name, policy, outcome)
        found = pd.concat(
            [
                observed(here[here["policy"] == policy], OUTCOMES[outcome]),
                off_policy_estimates(
                    log,
                    _by_published_ids(home, _target(target, here), identifiers),
                    context_columns(log),
                    limit,
                    doubt_about(here, target),
                ),
            ]
        )
        about = {"placement": name, "outcome": outcome, "logged_policy": policy, "target_policy": target}
        rows += [{**about, **row} for row in found.to_dict("records")]
    return rows


def _by_published_ids(home: Home, policy: pd.DataFrame, identifiers: dict[str, str]) -> pd.DataFrame:
    """Return a policy by person under published ids, whatever ids it came with; who is nobody here is left out.

    identifiers: user_id by identifier_id.
    """
    if "person" not in policy:
        return policy
    published_ids, owners = set(identifiers.values()), {}
    for name in policy["person"].unique():
        found = {identifiers[one] for one in identifier_ids(home, name) if one in identifiers}
        owners[name] = name if name in published_ids else found.pop() if len(found) == 1 else None
    known = policy.assign(person=policy["person"].map(owners)).dropna(subset=["person"])
    return known.drop_duplicates(["person", *PLACE, "item_id"])


def _target(name: str, impressions: pd.DataFrame) -> pd.DataFrame:
    if (impressions["policy"] == name).any():
        return logged_policy(impressions, name)
    if name == UNIFORM:
        return uniform_policy(impressions)
    if Path(name).suffix in (".csv", ".parquet"):
        return policy_of_file(Path(name), impressions)
    known = ", ".join(sorted({*impressions["policy"], UNIFORM}))
    raise SettingsError(f"'{name}' is no policy here: use {known}, or a .csv or .parquet file")
