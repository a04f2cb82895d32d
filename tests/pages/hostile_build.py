"""A build in which every name, id, address and reason is a script that wants to run."""

from __future__ import annotations

from pathlib import Path

import duckdb
from small_build import AS_OF, LANDED, small_home

from dmp.publish import publish
from dmp.settings import Home

# Each would set `hacked` if a page let it run.
RUN = "window.hacked=1"
TAGS = ("script", "svg", "img", "iframe", "body", "details", "video", "math", "style", "object")
HOSTILE = [
    *(f"<script>{RUN}</script>", f"</script><script>{RUN}</script>", f"</title><script>{RUN}</script>"),
    *(f"<{tag} onload={RUN} onerror={RUN} onmouseover={RUN} src=x>" for tag in TAGS),
    *(f"\"><{tag} autofocus onfocus={RUN} tabindex=1>" for tag in ("input", "a", "textarea", "select")),
    *(f"{quote} onmouseover={RUN} x={quote}" for quote in "'\"`"),
    *(f"{scheme}:{RUN}" for scheme in ("javascript", "JaVaScRiPt", "java\tscript", "vbscript", " javascript")),
    *(f"data:text/html,<script>{RUN}</script>", "data:text/html;base64,PHNjcmlwdD5oYWNrZWQ9MTwvc2NyaXB0Pg=="),
    *(f"{{{{constructor.constructor('{RUN}')()}}}}", f"${{{RUN}}}", f"{{% raw %}}{RUN}", f"#{{{RUN}}}", "<%= x %>"),
    *(f"</textarea><script>{RUN}</script>", f"</style><script>{RUN}</script>", f"</noscript><script>{RUN}</script>"),
    *(f"--><script>{RUN}</script>", f"]]><script>{RUN}</script>", f"<!--<script>{RUN}</script>"),
    *(f"<a href=javascript:{RUN}>x</a>", f"<b style=x:expression({RUN})>", f"<link rel=import href=data:,{RUN}>"),
    *(f"<meta http-equiv=refresh content='0;javascript:{RUN}'>", f"<base href=javascript:{RUN}//>"),
    *(f"<svg><animate onbegin={RUN} attributeName=x>", f"<svg><script>{RUN}</script></svg>", f"<svg/onload={RUN}>"),
    *(f"<form action=javascript:{RUN}><button>x", f"<button formaction=javascript:{RUN}>x</button>"),
    *(f"%3Cscript%3E{RUN}%3C/script%3E", f"&lt;script&gt;{RUN}&lt;/script&gt;", f"\\u003cscript\\u003e{RUN}"),
    *(f"=HYPERLINK(\"javascript:{RUN}\")", f"';{RUN};//", f"\";{RUN};//", f"\u2028{RUN}\u2029"),
]  # fmt: skip
TABLES = """
CREATE SCHEMA segments; CREATE SCHEMA recommendations; CREATE SCHEMA insight; CREATE SCHEMA quality;
CREATE TABLE segments.segments AS
SELECT DATE '2026-06-28' AS as_of_date, 's' || place AS segment_id, hostile AS kind, hostile AS segment_name,
    hostile AS segment_name_zh, hostile AS owner, hostile AS purpose, 1 AS version, hostile AS rule,
    true AS has_history, place AS person_count FROM hostile;
CREATE TABLE segments.segment_sizes AS
SELECT DATE '2026-06-28' AS as_of_date, 's' || place AS segment_id, 1 AS version, hostile AS rule_hash,
    place AS person_count, 1 AS joined_count, 0 AS left_count FROM hostile;
CREATE TABLE recommendations.recommendations AS
SELECT DATE '2026-06-28' AS as_of_date, 161::BIGINT AS user_key, '00000000000000a1' AS user_id, hostile AS item_id,
    hostile AS item_name, place AS recommendation_rank, 0.5 AS score, 0.1 AS probability, 1.0 AS margin,
    1.0 AS attraction, 0.1 AS value, [hostile] AS channels, hostile AS reason, hostile AS reason_zh,
    '{}' AS parts FROM hostile;
CREATE TABLE quality.gate_results AS
SELECT hostile AS table_name, hostile AS expectation, hostile AS column_name, false AS is_met, 1 AS element_count,
    1 AS unexpected_count, hostile AS observed, hostile AS message FROM hostile;
INSERT INTO raw.rejects
SELECT hostile, hostile, DATE '2026-06-28', hostile, place, hostile, hostile, hostile, hostile FROM hostile;
INSERT INTO raw.schema_drift
SELECT hostile, hostile, DATE '2026-06-28', hostile, hostile, 'new', hostile, hostile, 'carry' FROM hostile;
UPDATE profiles.user_profiles SET region = (SELECT min(hostile) FROM hostile);
UPDATE profiles.user_tags SET tag_name_en = (SELECT max(hostile) FROM hostile);
DROP TABLE hostile;
"""


def hostile_home(root: Path) -> Home:
    """Return `small_build.small_home` with HOSTILE in its texts, published."""
    home = small_home(root)
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("CREATE TABLE hostile (place INTEGER, hostile VARCHAR)")
        connection.executemany("INSERT INTO hostile VALUES (?, ?)", list(enumerate(HOSTILE, 1)))
        connection.execute(TABLES)
    publish(home, home.settings(), LANDED, AS_OF)
    return home
