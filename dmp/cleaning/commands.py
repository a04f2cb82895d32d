"""`dmp cleaning`: what the rules of the catalogue did to the published build."""

from __future__ import annotations

from typing import Any

import typer

from dmp.published import published
from dmp.settings import Home
from dmp.terminal import HomeOption, JsonOption, print_json, print_rows, reported

cleaning = typer.Typer(no_args_is_help=True, help="What cleaning looked at, flagged and changed.")

COLUMNS = ["rule", "column", "source", "method", "action", "cause", "on", "examined", "flagged", "changed"]
FACTS = """
SELECT
    rule_id, table_name || '.' || column_name, concat_ws(' ', source, event_type), method, action, cause_code, is_on,
    examined_count, flagged_count, changed_count
FROM cleaning_accounts
ORDER BY table_name, column_name, rule_id, source
"""
FEATURES = """
SELECT
    rule_id, 'user_features.' || column_name, '', method, action, cause_code, true,
    (SELECT count(*) FROM user_features), count(*) FILTER (NOT is_changed), count(*) FILTER (is_changed)
FROM feature_changes
GROUP BY rule_id, column_name, method, action, cause_code
ORDER BY column_name, rule_id
"""


@cleaning.command()
@reported
def report(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Count per rule the cells it looked at, flagged and changed; rules on features are listed where they hit."""
    rows = read_report(Home.at(home))
    if as_json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
    else:
        print_rows(COLUMNS, rows)


def read_report(home: Home) -> list[tuple[Any, ...]]:
    """Return a row of COLUMNS per rule and source, facts first."""
    with published(home) as opened:
        return [row for query in (FACTS, FEATURES) for row in opened.connection.execute(query).fetchall()]
