"""On which data lists are measured, where each log is cut, and what is to be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

# Days that a log declares in place of times end on Sundays; one day of them is one place in everybody's order.
NEXT_PLACE = "list_evaluation: {window_days: 1}\n"
NEVER_LEARNED = "list_evaluation: {window_days: 1, learning_gap_days: 1}\n"


@dataclass(frozen=True)
class Split:
    """Lists are made as known on `cut` and judged by what known people did in `window_days` after it.

    `settings`: of the home, so that its own evaluation cut is `cut`; where `is_at_own_cut` is false the stage is run
    again at the cut. Peers learn from purchases, or from all that was done (`learns_from`). `goals` by metric: a value,
    or how many times the best peer (`times_peer`). `published`: figures of others on the same split.
    """

    name: str
    source: str
    folder: str
    cut: date
    window_days: int
    metrics: tuple[str, ...]
    settings: str = ""
    is_at_own_cut: bool = True
    learns_from: str = "purchases"
    peers: tuple[str, ...] = ()
    goals: dict[str, float] = field(default_factory=dict)
    times_peer: dict[str, float] = field(default_factory=dict)
    found_goal: float | None = None
    published: dict[str, dict[str, float]] = field(default_factory=dict)
    depth: int = 1000

    @property
    def last_date(self) -> date:
        """The last day of the outcomes."""
        return self.cut + timedelta(days=self.window_days)


BASELINES = ("own_history", "own_latest", "popular_lately", "markov_chain")
BEFORE = {"ndcg_at_10": 1.0, "recall_at_20": 1.0}
SPLITS = (
    Split(
        "online_retail",
        "online_retail",
        "online_retail",
        date(2011, 11, 9),
        30,
        ("ndcg_at_10_new_items", "ndcg_at_10", "recall_at_20"),
        is_at_own_cut=False,
        times_peer={"ndcg_at_10_new_items": 1.5, "ndcg_at_10": 1.2},
        found_goal=0.55,
    ),
    Split(
        "taobao",
        "taobao_userbehavior",
        "taobao_userbehavior_sample",
        date(2017, 12, 2),
        1,
        ("ndcg_at_10", "recall_at_20"),
        learns_from="acts",
        # EASE by items x items takes 24 GB for 55,000 of them.
        peers=(*BASELINES, "implicit_bm25", "implicit_als", "lenskit_item_knn"),
        times_peer=BEFORE,
    ),
    Split(
        "eshop",
        "eshop_sessions",
        "eshop_clothing_2008",
        date(2008, 8, 9),
        1,
        ("ndcg_at_10", "recall_at_20"),
        settings=NEXT_PLACE,
        learns_from="acts",
        times_peer=BEFORE,
    ),
    Split(
        "msweb",
        "msweb",
        "msweb",
        date(1998, 2, 14),
        1,
        ("ndcg_at_10_new_items", "recall_at_20_new_items"),
        settings=NEXT_PLACE,
        learns_from="acts",
        times_peer={"ndcg_at_10_new_items": 1.0, "recall_at_20_new_items": 1.0},
    ),
    Split(
        "amazon_beauty",
        "amazon_beauty",
        "amazon_beauty_seq",
        date(2014, 7, 19),
        1,
        ("recall_at_10", "ndcg_at_10"),
        settings=NEVER_LEARNED,
        peers=(*BASELINES, "implicit_bm25", "implicit_als"),
        goals={"recall_at_10": 0.0955, "ndcg_at_10": 0.0585},
        # As published with their code: blondered/transformer_benchmark, README.
        published={
            "eSASRec (published)": {"recall_at_10": 0.0928},
            "SASRec (published)": {"ndcg_at_10": 0.0531},
        },
        depth=250,
    ),
)
