"""Lifecycle and funnel: where people stand, how they move, and whether those who came once come again."""

from __future__ import annotations

from typing import Any

from dmp.pages import charts
from dmp.published import Published

STAGES = """
SELECT as_of_date, lifecycle_stage, sum(person_count)::BIGINT AS person_count
FROM lifecycle_flows GROUP BY ALL ORDER BY as_of_date, lifecycle_stage
"""
TRANSITIONS = """
SELECT coalesce(previous_stage, '-') AS previous_stage, lifecycle_stage, person_count, transition_share
FROM lifecycle_flows WHERE as_of_date = (SELECT max(as_of_date) FROM lifecycle_flows)
ORDER BY previous_stage, lifecycle_stage
"""
PLAYBOOK = "SELECT * EXCLUDE (build_id) FROM lifecycle_playbook ORDER BY stage_order"
FUNNEL = """
SELECT sum(visitor_count)::BIGINT AS visitor_count, sum(viewer_count)::BIGINT AS viewer_count,
    sum(cart_user_count)::BIGINT AS cart_user_count, sum(buyer_count)::BIGINT AS buyer_count
FROM funnels WHERE event_date > (SELECT max(event_date) FROM funnels) - 30
"""
RETENTION = """
WITH months AS (
    SELECT DISTINCT user_id, date_trunc('month', event_date)::DATE AS active_month
    FROM user_days WHERE known_to = (SELECT max(known_to) FROM user_days)
),
cohorts AS (
    SELECT user_id, active_month, min(active_month) OVER (PARTITION BY user_id) AS first_month FROM months
),
sizes AS (
    SELECT first_month, date_diff('month', first_month, active_month) AS month_number, count(*) AS person_count
    FROM cohorts GROUP BY ALL
)
SELECT first_month, month_number, person_count,
    person_count / first_value(person_count) OVER (PARTITION BY first_month ORDER BY month_number) AS active_share
FROM sizes ORDER BY first_month, month_number
"""
STEPS = ("visitor_count", "viewer_count", "cart_user_count", "buyer_count")


def read(build: Published) -> dict[str, Any]:
    """Return people by stage over time, the newest transitions, the funnel of 30 days, cohorts and the playbook."""
    stages = build.rows("lifecycle_flows", STAGES)
    transitions = build.rows("lifecycle_flows", TRANSITIONS)
    funnel = build.rows("funnels", FUNNEL)
    steps = [{"step": step, "person_days": row[step] or 0} for row in funnel for step in STEPS]
    retention = build.rows("user_days", RETENTION)
    return {
        "stages": charts.lines(stages, "as_of_date", "person_count", "lifecycle_stage", stacked=True)
        if stages
        else None,
        "matrix": charts.heat(transitions, "lifecycle_stage", "previous_stage", "transition_share")
        if transitions
        else None,
        "transitions": transitions,
        "funnel": charts.bars(steps[::-1], "step", ["person_days"], horizontal=True) if steps else None,
        "steps": steps,
        "retention": charts.heat(retention, "month_number", "first_month", "active_share")
        if retention
        else None,
        "playbook": build.rows("lifecycle_playbook", PLAYBOOK),
    }
