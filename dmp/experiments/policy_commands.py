"""`dmp policy`: which policies chose what was shown, and what another one would have brought."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, console, is_nothing, print_json, print_rows, reported

policy = typer.Typer(
    no_args_is_help=True, help="Judge who chose what was shown in lists, from logged impressions."
)
LOGGED = """
SELECT placement, policy, string_agg(DISTINCT policy_version, ', ' ORDER BY policy_version) AS versions,
    count(*) AS impression_count, count(*) FILTER (propensity > 0 AND propensity <= 1) AS propensity_count,
    count(DISTINCT item_id) AS item_count, count(*) FILTER (is_window_over) AS judged_count,
    count(*) FILTER (has_click AND is_window_over) AS click_count,
    count(*) FILTER (has_order AND is_window_over) AS order_count,
    min(shown_date) AS first_date, max(shown_date) AS last_date
FROM list_impressions WHERE policy IS NOT NULL
GROUP BY placement, policy ORDER BY placement, policy
"""
SHOWN = ("value", "low", "high")


@policy.command("list")
@reported
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Show the policies whose impressions were logged, by placement."""
    from dmp.published import published

    with published(Home.at(home)) as build:
        rows = build.rows("list_impressions", LOGGED)
    if as_json:
        print_json(rows)
        return
    names = list(rows[0]) if rows else ["placement", "policy"]
    print_rows(names, [row.values() for row in rows])


@policy.command()
@reported
def estimate(
    target: Annotated[
        str,
        typer.Argument(
            help="A logged policy, `uniform`, or a CSV or Parquet file with item_id and probability."
        ),
    ],
    *,
    log: Annotated[str, typer.Option("--log", help="The policy whose impressions are learned from.")],
    placement: Annotated[str | None, typer.Option(help="Of one placement; else of each.")] = None,
    outcome: Annotated[str, typer.Option(help="click or order.")] = "click",
    max_weight: Annotated[float, typer.Option(min=1, help="Larger weights are clipped.")] = 100.0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Estimate what a policy would have brought, from impressions that another one chose."""
    from dmp.experiments.asking import estimates

    rows = estimates(Home.at(home), target, log, placement=placement, outcome=outcome, limit=max_weight)
    if as_json:
        print_json(rows)
        return
    names = ["placement", "estimator", *SHOWN, "impressions", "effective", "outcomes"]
    print_rows(names, [_line(row) for row in rows])
    for reason in dict.fromkeys(
        f"{row['placement']}: {row['reason']}" for row in rows if not is_nothing(row["reason"])
    ):
        console.print(f"Not told of {reason}.", soft_wrap=True, highlight=False, markup=False)


def _line(row: dict[str, Any]) -> list[str]:
    numbers = ["" if is_nothing(row[name]) else f"{row[name]:.5f}" for name in SHOWN]
    counts = [f"{row[name]:.0f}" for name in ("impression_count", "effective_count", "outcome_count")]
    return [row["placement"], row["estimator"], *numbers, *counts]
