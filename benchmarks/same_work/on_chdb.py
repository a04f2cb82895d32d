"""The questions in chdb (ClickHouse in the process): `python -m benchmarks.same_work.on_chdb LOG FOLDER`.

Texts become eight bytes of a hash once, when the log is read into a table of memory; words become LowCardinality.
The smallest key spreads among the browsers of a login or a device until no row changes: ClickHouse has no graph.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from chdb.session import Session

from benchmarks.same_work.questions import (
    COUNTED,
    FIFTHS,
    LAST_DAY,
    MEASURES,
    PAUSE_MINUTES,
    SCORES,
    TOP,
    WINDOWS,
    asked,
)

SUMS = ", ".join(
    (
        "toInt64(count()) AS event_count",
        *(f"toInt64(countIf(event_type = '{kind}')) AS {name}" for name, kind in COUNTED.items()),
        "toInt64(sum(ifNull(amount_cents, 0))) AS amount_cents",
    )
)
IN_WINDOWS = ", ".join(
    (
        *(f"sumIf({name}, age < {days}) AS {name}_{days}d" for days in WINDOWS for name in MEASURES),
        *(f"sum({name}) AS {name}_life" for name in MEASURES),
    )
)
IN_FIFTHS = ", ".join(
    f"1 + intDiv({FIFTHS} * (row_number() OVER (ORDER BY {measure}{' DESC' * is_less_better}, person_id) - 1), "
    f"count() OVER ()) AS {score}"
    for score, (measure, is_less_better) in SCORES.items()
)

EVENTS = """
CREATE TABLE events ENGINE = Memory AS
SELECT event_at, toLowCardinality(event_type) AS event_type, sipHash64(browser_id) AS browser_key,
    toLowCardinality(category) AS category, toLowCardinality(channel) AS channel, order_id, amount_cents
FROM log
"""
LINKS = """
CREATE TABLE links ENGINE = Memory AS
SELECT DISTINCT sipHash64(browser_id) AS browser_key, pair.1 AS identifier_type, assumeNotNull(pair.2) AS identifier,
    sipHash64(pair.1, identifier) AS identifier_key
FROM (SELECT DISTINCT browser_id, user_id, device_id FROM log)
ARRAY JOIN [('browser', toNullable(browser_id)), ('user', user_id), ('device', device_id)] AS pair
WHERE pair.2 IS NOT NULL
"""
ALONE = """
CREATE TABLE labels_0 ENGINE = Memory AS
SELECT browser_key, browser_key AS label FROM links WHERE identifier_type = 'browser'
"""
SPREAD = """
CREATE TABLE labels_{next} ENGINE = Memory AS
SELECT browser_key, min(smallest) AS label
FROM links
INNER JOIN (
    SELECT identifier_key, min(label) AS smallest
    FROM links INNER JOIN labels_{now} USING (browser_key) GROUP BY identifier_key
) AS hubs USING (identifier_key)
GROUP BY browser_key
"""
CHANGED = """
SELECT count() FROM labels_{now} INNER JOIN labels_{next} AS later USING (browser_key) WHERE label <> later.label
"""
PEOPLE = """
CREATE TABLE people ENGINE = Memory AS
SELECT browser_key, browser_id, min(browser_id) OVER (PARTITION BY label) AS person_id,
    sipHash64(person_id) AS person_key
FROM labels_{last}
INNER JOIN (
    SELECT browser_key, identifier AS browser_id FROM links WHERE identifier_type = 'browser'
) AS browsers USING (browser_key)
"""
ANSWERS = {
    "identity_map": """
        SELECT DISTINCT identifier_type, identifier, person_id FROM links INNER JOIN people USING (browser_key)
    """,
    "sessions": f"""
        SELECT browser_id, started_at, ended_at, {", ".join(MEASURES)}
        FROM (
            SELECT browser_key, min(event_at) AS started_at, max(event_at) AS ended_at, {SUMS}
            FROM (
                SELECT *, sum(is_new) OVER (
                        PARTITION BY browser_key ORDER BY event_at RANGE UNBOUNDED PRECEDING
                    ) AS visit
                FROM (
                    SELECT *, lagInFrame(event_at, 1, toDateTime64(0, 6, 'UTC')) OVER (
                            PARTITION BY browser_key ORDER BY event_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW
                        ) + INTERVAL {PAUSE_MINUTES} MINUTE < event_at AS is_new
                    FROM events
                )
            )
            GROUP BY browser_key, visit
        ) AS visits
        INNER JOIN people USING (browser_key)
    """,
    "daily_activity": f"""
        SELECT person_id, event_date, {", ".join(MEASURES)} FROM daily INNER JOIN names USING (person_key)
    """,
    "profiles": f"""
        WITH summed AS (
            SELECT person_key, min(first_at) AS first_at, max(last_at) AS last_at, min(age) AS recency_days,
                minOrNullIf(age, order_count > 0) AS order_age, {IN_WINDOWS}
            FROM (SELECT *, dateDiff('day', event_date, toDate('{LAST_DAY}')) AS age FROM daily)
            GROUP BY person_key
        ),
        scored AS (
            SELECT person_id, {IN_FIFTHS} FROM summed INNER JOIN names USING (person_key) WHERE order_age IS NOT NULL
        )
        SELECT person_id, summed.* EXCEPT (person_key, order_age), {", ".join(SCORES)}
        FROM summed INNER JOIN names USING (person_key) LEFT JOIN scored USING (person_id)
        SETTINGS join_use_nulls = 1
    """,
    "order_channels": """
        SELECT order_id, person_id, touch_at, channel
        FROM (
            SELECT order_id, person_key, person_id, event_at
            FROM events INNER JOIN people USING (browser_key) WHERE event_type = 'purchase'
        ) AS orders
        ASOF LEFT JOIN (
            SELECT person_key, event_at AS touch_at, max(events.channel) AS channel
            FROM events INNER JOIN people USING (browser_key) WHERE events.channel IS NOT NULL
            GROUP BY person_key, touch_at
        ) AS touches ON orders.person_key = touches.person_key AND orders.event_at >= touches.touch_at
        SETTINGS join_use_nulls = 1
    """,
    "top_categories": f"""
        SELECT person_id, category_rank, category, event_count
        FROM (
            SELECT person_key, category, toInt64(sum(counted)) AS event_count,
                row_number() OVER (PARTITION BY person_key ORDER BY event_count DESC, category) AS category_rank
            FROM (
                SELECT browser_key, category, count() AS counted FROM events
                WHERE category IS NOT NULL GROUP BY browser_key, category
            ) AS counts
            INNER JOIN people USING (browser_key)
            GROUP BY person_key, category
        ) AS ranked
        INNER JOIN names USING (person_key)
        WHERE category_rank <= {TOP}
    """,
}
DAILY = f"""
CREATE TABLE daily ENGINE = Memory AS
SELECT person_key, toDate(event_at) AS event_date, min(event_at) AS first_at, max(event_at) AS last_at, {SUMS}
FROM events INNER JOIN people USING (browser_key)
GROUP BY person_key, event_date
"""


def main() -> None:
    """Write the answers."""
    log, target = asked()
    folder = tempfile.mkdtemp(prefix="chdb-")
    session = Session(folder)
    try:
        session.query("CREATE DATABASE made")
        session.query("USE made")
        session.query(f"CREATE VIEW log AS SELECT * FROM file('{log}', Parquet)")
        for statement in (EVENTS, LINKS, ALONE):
            session.query(statement)
        now = 0
        while True:
            session.query(SPREAD.format(now=now, next=now + 1))
            is_done = int(str(session.query(CHANGED.format(now=now, next=now + 1)))) == 0
            now += 1
            if is_done:
                break
        session.query(PEOPLE.format(last=now))
        session.query(
            "CREATE TABLE names ENGINE = Memory AS SELECT DISTINCT person_key, person_id FROM people"
        )
        session.query(DAILY)
        for name, query in ANSWERS.items():
            place = Path(target) / f"{name}.parquet"
            session.query(f"SELECT * FROM ({query}) INTO OUTFILE '{place}' TRUNCATE FORMAT Parquet")
    finally:
        session.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
