"""Recommendations: how good lists are, what each channel brings, what rules remove, what other aims would cost."""

from __future__ import annotations

from typing import Any

from dmp.pages import charts
from dmp.published import Published

CHANNELS = (
    "SELECT * EXCLUDE (build_id, evaluation_cut, window_days, population_count) FROM recommendation_channels"
)
METRICS = """
SELECT list_name, metric, value FROM recommendation_metrics
WHERE population = 'known_buyers' AND metric IN ('ndcg_at_10', 'ndcg_at_10_new_items', 'recall_at_20', 'coverage')
ORDER BY metric, value DESC, list_name
"""
CUT = """
SELECT evaluation_cut, window_days, population_count FROM recommendation_metrics
WHERE population = 'known_buyers' LIMIT 1
"""
RULES = "SELECT * EXCLUDE (build_id, as_of_date) FROM recommendation_rules ORDER BY rule_order"
TRADE_OFFS = """
SELECT aim, weight, ndcg_at_10, diversity_at_10, new_item_share_at_10, value_at_10, is_in_use
FROM recommendation_trade_offs ORDER BY aim, weight
"""
MOST_LISTED = """
SELECT item_id, any_value(item_name) AS item_name, count(*) AS list_count, mean(recommendation_rank) AS mean_rank
FROM recommendations GROUP BY item_id ORDER BY list_count DESC, item_id LIMIT 20
"""


def read(build: Published) -> dict[str, Any]:
    """Return figures of lists, channels, rules, trade-offs, and the items that stand in most lists."""
    channels = build.rows("recommendation_channels", CHANNELS)
    metrics = build.rows("recommendation_metrics", METRICS)
    own = [row for row in metrics if row["metric"] == "ndcg_at_10"]
    trade_offs = build.rows("recommendation_trade_offs", TRADE_OFFS)
    cut = build.rows("recommendation_metrics", CUT)
    return {
        "cut": cut[0] if cut else None,
        "ndcg": charts.bars(own[::-1], "list_name", ["value"], horizontal=True) if own else None,
        "metrics": metrics,
        "channels": channels,
        "found": charts.bars(channels, "channel", ["recall_of_new_items", "found_alone_share"])
        if channels
        else None,
        "rules": build.rows("recommendation_rules", RULES),
        "trade_offs": trade_offs,
        "curve": charts.lines(trade_offs, "weight", "ndcg_at_10", "aim") if trade_offs else None,
        "most_listed": build.rows("recommendations", MOST_LISTED),
    }
