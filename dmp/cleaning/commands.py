"""`dmp cleaning`: what the rules of the catalogue did to the published build, and what one of them would do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from dmp.published import published
from dmp.settings import DmpError, Home, SettingsError
from dmp.terminal import HomeOption, JsonOption, console, print_json, print_rows, reported

cleaning = typer.Typer(no_args_is_help=True, help="What cleaning looked at, flagged and changed.")

COLUMNS = ["rule", "column", "cells_of", "method", "action", "cause", "on", "examined", "flagged", "changed"]
FACTS = """
SELECT
    rule_id, table_name || '.' || column_name, concat_ws(' ', source, event_type), method, action, cause_code, is_on,
    examined_count, flagged_count, changed_count
FROM cleaning_accounts
ORDER BY table_name, column_name, rule_id, source
"""
FEATURES = """
SELECT
    rule_id, 'user_features.' || column_name, 'people', method, action, cause_code, true,
    (SELECT count(*) FROM user_features), count(*) FILTER (NOT is_changed), count(*) FILTER (is_changed)
FROM feature_changes
GROUP BY rule_id, column_name, method, action, cause_code
ORDER BY column_name, rule_id
"""


@cleaning.command()
@reported
def report(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count per rule the cells it looked at, flagged and changed; rules on features are listed where they hit."""
    _print(read_report(Home.at(home)), as_json)


@cleaning.command("try")
@reported
def try_(
    rule_id: Annotated[str, typer.Argument(help="A rule on facts, for example purchase_amount_median.")],
    *,
    is_on: Annotated[bool, typer.Option("--on/--off", help="Whether the rule applies.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Clean a copy of the facts with one rule on or off and count what its column's rules then do."""
    from dmp.builds import code_version
    from dmp.cleaning.rules import FEATURES as ON_FEATURES
    from dmp.cleaning.rules import load_rules
    from dmp.cleaning.trial import cleaned_again
    from dmp.warehouse import provenance

    rules = {rule.rule_id: rule for rule in load_rules() if rule.table_name != ON_FEATURES}
    if rule_id not in rules:
        raise SettingsError(f"{rule_id} is no rule on facts; there are {', '.join(rules)}")
    place = Home.at(home)
    if (provenance(place) or {}).get("code_version") != code_version():
        raise DmpError(
            f"the tables of {place.root} were made by other code or rules: `dmp run --home {place.root}` first"
        )
    tried = list({**rules, rule_id: rules[rule_id].model_copy(update={"is_on": is_on})}.values())
    column = f"{rules[rule_id].table_name}.{rules[rule_id].column_name}"
    with TemporaryDirectory() as folder, console.status("cleaning a copy"):
        rows = read_trial(cleaned_again(place, tried, Path(folder)))
    _print([row for row in rows if row[1] == column], as_json)


def read_report(home: Home) -> list[tuple[Any, ...]]:
    """Return a row of COLUMNS per rule and source of the published build, facts first."""
    with published(home) as opened:
        return [row for query in (FACTS, FEATURES) for row in opened.connection.execute(query).fetchall()]


def read_trial(trial: Home) -> list[tuple[Any, ...]]:
    """Return the rows on facts of a home that `cleaned_again` made."""
    from dmp.warehouse import connect

    with connect(trial, trial.settings(), read_only=True) as connection:
        connection.execute("USE profiles")
        return connection.execute(FACTS).fetchall()


def _print(rows: Sequence[tuple[Any, ...]], as_json: bool) -> None:
    if as_json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        print_rows(COLUMNS, rows)
