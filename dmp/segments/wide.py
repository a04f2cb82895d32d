"""The wide relation: one row per cut and person, one column per measure, built as an SQL tree.

Names and texts of rules enter only as nodes of the tree (quoted names, literals), never as text of SQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import duckdb
from sqlglot import exp, parse_one

from dmp.segments.catalogue import PEOPLE, Catalogue
from dmp.segments.measures import Measure, column_names, is_dated

HISTORY_OF_PEOPLE = "profiles.user_metrics_history"
CUTS = "asked_cuts"
# What was known of people and of items on a cut.
ACTIVITY = f"""
SELECT cuts.as_of_date, activity.user_key FROM {CUTS} AS cuts
INNER JOIN profiles.user_activity AS activity
    ON activity.event_date <= cuts.as_of_date AND activity.landed_date <= cuts.as_of_date
    AND activity.known_from <= cuts.as_of_date AND cuts.as_of_date < activity.known_to
GROUP BY cuts.as_of_date, activity.user_key
"""  # noqa: S608 - names of this module
ITEM_ACTIVITY = f"""
WITH items AS (
    SELECT cuts.as_of_date, known.item_id,
        arg_max(category, (observed_at, landed_date, source_file, source_line)) AS category,
        arg_max(category_top, (observed_at, landed_date, source_file, source_line)) AS category_top,
        arg_max(brand, (observed_at, landed_date, source_file, source_line)) AS brand
    FROM {CUTS} AS cuts INNER JOIN intermediate.int_items AS known ON known.landed_date <= cuts.as_of_date
    GROUP BY cuts.as_of_date, known.item_id
)
SELECT cuts.as_of_date, activity.user_key FROM {CUTS} AS cuts
INNER JOIN profiles.user_item_activity AS activity
    ON activity.event_date <= cuts.as_of_date AND activity.landed_date <= cuts.as_of_date
    AND activity.known_from <= cuts.as_of_date AND cuts.as_of_date < activity.known_to
LEFT JOIN items ON items.as_of_date = cuts.as_of_date AND items.item_id = activity.item_id
GROUP BY cuts.as_of_date, activity.user_key
"""  # noqa: S608 - names of this module
# Since when each tag holds on a cut; a tag of tastes, each of which is entered by itself, since the oldest.
TAGS = f"""
WITH changes AS (
    SELECT user_key, tag_id, NULL AS tag_value, change, changed_on FROM profiles.user_tag_changes
    UNION ALL
    SELECT user_key, tag_id, tag_value, change, changed_on FROM profiles.user_taste_changes
),
stays AS (
    SELECT user_key, tag_id, change, changed_on AS entered_on,
        lead(changed_on) OVER (PARTITION BY user_key, tag_id, tag_value ORDER BY changed_on) AS left_on
    FROM changes WHERE change IN ('entered', 'left') QUALIFY change = 'entered'
)
SELECT cuts.as_of_date, stays.user_key FROM {CUTS} AS cuts
INNER JOIN stays
    ON stays.entered_on <= cuts.as_of_date AND coalesce(cuts.as_of_date < stays.left_on, true)
GROUP BY cuts.as_of_date, stays.user_key
"""  # noqa: S608 - names of this module
# What a measure of each kind is in its relation, and the column with its name there.
VALUES = {
    "tag": ("entered_on", "tag_id"),
    "tag_days": ("as_of_date - entered_on", "tag_id"),
    "tag_score": ("tag_score", "tag_id"),
    "score": ("score", "target"),
}
# The measures that each relation holds, and whether it has a row for every cut.
RELATIONS = {
    "tags": (("tag", "tag_days"), True),
    "tag_scores": (("tag_score",), False),
    "scores": (("score",), False),
    "events": (("event",), True),
    "item_events": (("item_event",), True),
}


def wide_query(measures: Sequence[Measure], catalogue: Catalogue, *, is_served: bool) -> exp.Select:
    """Return the wide relation: as_of_date, user_key and a column for each measure.

    The cuts are the rows of the table `asked_cuts`; served people are read from the tables of today, those of a
    past cut from the history tables, without the measures that have no past.
    """
    base = PEOPLE if is_served else HISTORY_OF_PEOPLE
    names = column_names(measures)
    measures = [measure for measure in measures if is_served or is_dated(measure, catalogue)]
    query = exp.select("people.as_of_date", "people.user_key").from_(f"{base} AS people")
    query = query.where(exp.column("as_of_date", "people").isin(query=exp.select("as_of_date").from_(CUTS)))
    aliases = {base: "people"}
    for field in (catalogue.fields[measure.name] for measure in measures if measure.kind == "field"):
        table = field.table if is_served else field.history or ""
        if table not in aliases:
            aliases[table] = f"fields_{len(aliases)}"
            keys = ["user_key"] if is_served else ["as_of_date", "user_key"]
            query = query.join(
                f"{table} AS {aliases[table]}", on=_same(aliases[table], keys), join_type="left"
            )
        column: exp.Expr = exp.column(field.name, aliases[table], quoted=True)
        column = exp.cast(column, "DATE") if field.kind == "day" else column
        query = query.select(exp.alias_(column, names[Measure("field", field.name)]))
    for alias, (kinds, is_of_cuts) in RELATIONS.items():
        if some := [measure for measure in measures if measure.kind in kinds]:
            keys = ["as_of_date", "user_key"] if is_of_cuts else ["user_key"]
            relation = _relation(alias, some, names).subquery(alias)
            query = query.join(relation, on=_same(alias, keys), join_type="left")
            columns = (_told(exp.column(names[measure], alias), alias) for measure in some)
            query = query.select(*map(exp.alias_, columns, (names[measure] for measure in some)))
    return query


def _told(column: exp.Expr, alias: str) -> exp.Expr:
    """Return what a missing row means: of events none, of all else nothing known."""
    return exp.func("coalesce", column, exp.convert(0)) if alias.endswith("events") else column


def _same(alias: str, keys: Sequence[str]) -> exp.Expr:
    return exp.and_(*(exp.column(key, "people").eq(exp.column(key, alias)) for key in keys))


def _relation(alias: str, measures: Sequence[Measure], names: Mapping[Measure, str]) -> exp.Select:
    """Return the relation with one row per person (and cut) that holds some measures, each as a column."""
    if alias in ("tag_scores", "scores"):
        table = "profiles.user_tags" if alias == "tag_scores" else "predictions.user_predictions"
        query = exp.select("user_key").from_(table).group_by("user_key")
        return query.select(*(_pivoted(measure, names[measure]) for measure in measures))
    parsed = parse_one(
        {"tags": TAGS, "events": ACTIVITY, "item_events": ITEM_ACTIVITY}[alias], dialect="duckdb"
    )
    assert isinstance(parsed, exp.Select)  # noqa: S101 - a text of this module
    if alias == "tags":
        asked = sorted({measure.name for measure in measures})
        parsed = parsed.where(exp.column("tag_id").isin(*map(exp.Literal.string, asked)))
        return parsed.select(*(_pivoted(measure, names[measure]) for measure in measures))
    if all(measure.within_days for measure in measures):
        parsed = parsed.where(_within(max(measure.within_days for measure in measures)))
    return parsed.select(*(_counted(measure, names[measure]) for measure in measures))


def _pivoted(measure: Measure, name: str) -> exp.Expr:
    value, key = VALUES[measure.kind]
    is_own = exp.column(key).eq(exp.Literal.string(measure.name))
    aggregate = exp.Min if measure.kind == "tag" else exp.Max
    return exp.alias_(_filtered(aggregate(this=parse_one(value, dialect="duckdb")), is_own), name)


def _counted(measure: Measure, name: str) -> exp.Expr:
    """Return the sum of a count over the items and days that a condition asks for."""
    count = exp.Sum(this=exp.column(f"{measure.name}_count", "activity", quoted=True))
    wanted: list[exp.Expr] = [
        exp.column(attribute, "activity" if attribute == "item_id" else "items").eq(exp.Literal.string(value))
        for attribute, value in measure.items
    ]
    if measure.within_days:
        wanted.append(_within(measure.within_days))
    counted = _filtered(count, exp.and_(*wanted)) if wanted else count
    return exp.alias_(exp.cast(counted, "BIGINT"), name)


def _within(days: int) -> exp.Expr:
    return exp.column("event_date", "activity") > exp.column("as_of_date", "cuts") - exp.convert(days)


def _filtered(aggregate: exp.Expr, condition: exp.Expr) -> exp.Expr:
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def ask_for(connection: duckdb.DuckDBPyConnection, cuts: Sequence[date]) -> None:
    """Say which cuts the next wide relation is of."""
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CUTS} AS SELECT unnest($1::DATE[]) AS as_of_date", [list(cuts)]
    )


def make_wide(
    connection: duckdb.DuckDBPyConnection,
    measures: Sequence[Measure],
    catalogue: Catalogue,
    cuts: Sequence[date] = (),
    served: date | None = None,
) -> None:
    """Make the temporary table `wide`: people of the served day from today's tables, those at past cuts from history.

    A measure that has no past is empty at past cuts.
    """
    table = "CREATE OR REPLACE TEMP TABLE wide AS"
    for days, is_served in (([served] if served else [], True), (cuts, False)):
        if days:
            ask_for(connection, days)
            connection.execute(
                f"{table} {wide_query(measures, catalogue, is_served=is_served).sql('duckdb')}"
            )
            table = "INSERT INTO wide BY NAME"
