"""SQL that parses JSON lines: a text per declared field, unknown names in `properties`, problems named.

Nothing here trusts a reader that skips errors: every line stays a row, a bad one with its problem.
"""

from __future__ import annotations

import json
from string import Template
from typing import Any

from dmp.landing.contract import Entity
from dmp.landing.fields import quoted, quoted_name, texts_sql

Path = tuple[str, ...]

# DuckDB's parser accepts a comma before a closing bracket; outside of strings that is no JSON. Most records
# hold only texts, numbers and nulls: a look at the whole (`is_plain`) spares a closer one. Two patterns that
# begin with a character of their own are three times as fast as one with an alternative.
PARSE_JSON = Template(r"""
CREATE OR REPLACE TEMP TABLE parsed AS
WITH looked_over AS (
    SELECT *, NOT (
        regexp_matches(record_text, ',\s*[}\]]') OR regexp_matches(record_text, ':\s*[tf{\[]')
    ) AS is_plain
    FROM records
),
looked_at AS (
    SELECT
        file_number, source_line, record_text, is_plain,
        CASE
            WHEN NOT json_valid(record_text) THEN ':broken_json'
            WHEN NOT is_plain AND regexp_matches(
                regexp_replace(record_text, '"(\\.|[^"\\])*"', '""', 'g'), ',\s*[}\]]'
            ) THEN ':broken_json'
            WHEN NOT starts_with(ltrim(record_text, ' ' || chr(9)), '{') THEN ':not_an_object'
        END AS problem
    FROM looked_over
),
objects AS (
    SELECT *, CASE WHEN problem IS NULL THEN record_text END AS object FROM looked_at
),
unpacked AS (
    SELECT
        file_number, source_line, problem, object, is_plain,
        json_transform(object, $structure) AS value,
        hash($object_names) AS shape
    FROM objects
)
SELECT
    file_number, source_line,
    coalesce(problem, $wrong_type) AS problem,
    $texts,
    NULL::JSON AS properties,
    CASE WHEN object IS NOT NULL THEN shape END AS shape
FROM unpacked
""")

# Few records differ in the names they use: one example of each shape tells about all of its records.
FIND_SHAPES = """
CREATE OR REPLACE TEMP TABLE shapes AS
WITH examples AS (
    SELECT shape, unnest(any_value({'file_number': file_number, 'source_line': source_line}))
    FROM parsed
    WHERE shape IS NOT NULL
    GROUP BY shape
)
SELECT shape, record_text FROM examples JOIN records USING (file_number, source_line)
"""
SETTLE_ODD_SHAPES = Template("""
WITH compared AS (
    SELECT
        shape,
        $has_name_twice AS has_name_twice,
        $has_unknown_name AS has_unknown_name
    FROM shapes
),
odd_shapes AS (
    FROM compared WHERE has_name_twice OR has_unknown_name
)
UPDATE parsed
SET problem = coalesce(parsed.problem, CASE WHEN has_name_twice THEN ':duplicate_name' END),
    properties = CASE WHEN has_unknown_name THEN json_merge_patch(record_text, $without_known) END
FROM odd_shapes, records
WHERE parsed.shape = odd_shapes.shape
    AND parsed.file_number = records.file_number AND parsed.source_line = records.source_line
""")


def parse_json_statements(entity: Entity) -> list[str]:
    """Return SQL that makes `parsed` from `records` of JSON lines; blank texts are NULL."""
    paths = list(entity.paths.values())
    objects = _objects(paths)
    names = [_names("record_text", place) for place in objects]
    has_name_twice = (f"coalesce(len(list_distinct({found})) < len({found}), false)" for found in names)
    has_unknown_name = (
        f"coalesce(NOT list_has_all([{', '.join(map(quoted, known))}], {found}), false)"
        for known, found in zip(objects.values(), names, strict=True)
    )
    return [
        PARSE_JSON.substitute(
            structure=quoted(json.dumps(_nested(paths, "VARCHAR"))),
            object_names=", ".join(_names("object", place) for place in objects),
            wrong_type=_wrong_type(entity),
            texts=texts_sql(entity, {name: _value(path) for name, path in entity.paths.items()}),
        ),
        FIND_SHAPES,
        SETTLE_ODD_SHAPES.substitute(
            has_name_twice=" OR ".join(has_name_twice),
            has_unknown_name=" OR ".join(has_unknown_name),
            without_known=quoted(json.dumps(_nested(paths, None))),
        ),
    ]


def _names(record: str, place: Path) -> str:
    return f"json_keys({record}, {quoted(_json_path(place))})" if place else f"json_keys({record})"


def _objects(paths: list[Path]) -> dict[Path, list[str]]:
    """Return the names that the contract knows in each object that it looks into, the record itself first."""
    objects: dict[Path, list[str]] = {(): []}
    for path in paths:
        for depth, name in enumerate(path):
            known = objects.setdefault(path[:depth], [])
            if name not in known:
                known.append(name)
    return objects


def _nested(paths: list[Path], leaf: str | None) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in paths:
        place = tree
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = leaf
    return tree


def _json_path(path: Path) -> str:
    return "$" + "".join(f'."{name}"' for name in path)


def _value(path: Path) -> str:
    return ".".join(["value", *map(quoted_name, path)])


def _wrong_type(entity: Entity) -> str:
    """Return SQL that names the first text field that holds a boolean, a list or an object."""
    cases = []
    for name, path in entity.paths.items():
        if entity.fields[name].type in ("text", "ip", "user_agent", "currency"):
            value, place = _value(path), quoted(_json_path(path))
            seems = f"({value} IN ('true', 'false') OR {value}[1] IN ('{{', '['))"
            cases.append(f"WHEN {seems} AND json_type(object, {place}) <> 'VARCHAR' THEN '{name}:wrong_type'")
    return f"CASE WHEN NOT is_plain THEN CASE {' '.join(cases)} END END" if cases else "NULL"
