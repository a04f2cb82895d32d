"""What other libraries recommend from the same facts; run by `benchmarks.recommendations` with an interpreter that
has them.

    PYTHON benchmarks/recommendation_peers.py FOLDER DEPTH [PEER ...]

FOLDER/before and FOLDER/now hold acts.parquet (user, item, day: days before the cut, is_learned: whether models may
learn from it, or it is in the person's profile alone) and people.parquet (user); `before` also bought.parquet (user,
item), by which each peer's settings are chosen from the few that stand beside it. Written to `now`: <peer>.parquet
(user, item, list_rank) of the best DEPTH items, and chosen.json. A peer that is not installed is left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

NDCG_DEPTH = 10
Make = Callable[..., pd.DataFrame]


def main() -> None:
    """Write one file per peer."""
    folder, depth, names = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or list(PEERS)
    before, now = (_facts(folder / name) for name in ("before", "now"))
    bought = pd.read_parquet(folder / "before" / "bought.parquet")
    chosen = {}
    for name in names:
        make, grid = PEERS[name]
        try:
            tried = (
                [_ndcg(make(*before, NDCG_DEPTH, **one), bought) for one in grid] if len(grid) > 1 else [0]
            )
            chosen[name] = grid[int(np.argmax(tried))]
            lists = make(*now, depth, **chosen[name])
        except ImportError as missing:
            print(f"{name}: {missing}, left out", file=sys.stderr)
            continue
        print(f"{name}: {chosen[name]} of {grid}, NDCG@10 before {np.round(tried, 4)}", file=sys.stderr)
        lists.to_parquet(folder / "now" / f"{name}.parquet")
    (folder / "now" / "chosen.json").write_text(json.dumps(chosen))


def _facts(folder: Path) -> tuple[pd.DataFrame, np.ndarray]:
    return (
        pd.read_parquet(folder / "acts.parquet"),
        pd.read_parquet(folder / "people.parquet")["user"].to_numpy(),
    )


def _ndcg(lists: pd.DataFrame, bought: pd.DataFrame) -> float:
    hits = lists[lists["list_rank"] <= NDCG_DEPTH].merge(bought, on=["user", "item"])
    counts = bought.groupby("user").size()
    ideal = np.cumsum(1 / np.log2(np.arange(NDCG_DEPTH) + 2))[counts.clip(upper=NDCG_DEPTH) - 1]
    gains = (1 / np.log2(hits["list_rank"] + 1)).groupby(hits["user"]).sum()
    return float((gains.reindex(counts.index).fillna(0) / ideal).mean())


def _matrices(acts: pd.DataFrame) -> tuple[csr_matrix, csr_matrix, np.ndarray, np.ndarray]:
    """Return counts of days, users x items: those that may be learned from, and all."""
    users, row = np.unique(acts["user"], return_inverse=True)
    items, column = np.unique(acts["item"], return_inverse=True)
    ones, shape = np.ones(len(row), dtype=np.float32), (len(users), len(items))
    learned = acts["is_learned"].to_numpy()
    return (
        csr_matrix((ones[learned], (row[learned], column[learned])), shape=shape),
        csr_matrix((ones, (row, column)), shape=shape),
        users,
        items,
    )


def _best(scores: Any, people: np.ndarray, items: np.ndarray, depth: int) -> pd.DataFrame:
    """Return the `depth` highest of each row of a sparse or dense matrix."""
    depth, parts = min(depth, len(items)), []
    for start in range(0, len(people), 1000):
        block = scores[start : start + 1000]
        block = block.toarray() if hasattr(block, "toarray") else block
        order = np.argsort(-block, axis=1, kind="stable")[:, :depth]
        parts.append(_ranked(people[start : start + 1000], items[order]))
    return pd.concat(parts, ignore_index=True)


def _ranked(people: np.ndarray, found: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user": np.repeat(people, found.shape[1]),
            "item": found.ravel(),
            "list_rank": np.tile(np.arange(1, found.shape[1] + 1), len(people)),
        }
    )


def _own_history(acts: pd.DataFrame, people: np.ndarray, depth: int) -> pd.DataFrame:
    """Most often first, then what most people have."""
    learned, known, users, items = _matrices(acts)
    popular = csr_matrix(1e-6 * np.asarray((learned > 0).sum(axis=0)))
    rows = known[np.searchsorted(users, people)]
    return _best(rows + csr_matrix(np.ones((len(people), 1))) @ popular, people, items, depth)


def _own_latest(acts: pd.DataFrame, people: np.ndarray, depth: int) -> pd.DataFrame:
    """What was met last first."""
    latest = acts.groupby(["user", "item"], as_index=False)["day"].min()
    users, row = np.unique(latest["user"], return_inverse=True)
    items, column = np.unique(latest["item"], return_inverse=True)
    scores = csr_matrix((1 / (1.0 + latest["day"]), (row, column)), shape=(len(users), len(items)))
    return _best(scores[np.searchsorted(users, people)], people, items, depth)


def _popular_lately(acts: pd.DataFrame, people: np.ndarray, depth: int) -> pd.DataFrame:
    lately = acts[(acts["day"] < 30) & acts["is_learned"]].drop_duplicates(["user", "item"])
    counts = lately.groupby("item").size().sort_values(ascending=False, kind="stable")
    return _best(
        np.tile(counts.to_numpy(dtype=float), (len(people), 1)), people, counts.index.to_numpy(), depth
    )


def _markov_chain(acts: pd.DataFrame, people: np.ndarray, depth: int) -> pd.DataFrame:
    """What followed, on the next day of the same person, the items of the person's last day."""
    items = np.unique(acts["item"])
    days, day = np.unique(acts[["user", "day"]].to_numpy() * [1, -1], axis=0, return_inverse=True)
    ones, column = np.ones(len(acts), dtype=np.float32), np.searchsorted(items, acts["item"])
    done = csr_matrix((ones, (day.ravel(), column)), shape=(len(days), len(items)))
    learned = csr_matrix((ones * acts["is_learned"].to_numpy(), (day.ravel(), column)), shape=done.shape)
    first = np.flatnonzero(days[:-1, 0] == days[1:, 0])
    followed = (learned[first].T @ learned[first + 1]).tocsr()
    last = np.searchsorted(days[:, 0], people, side="right") - 1
    return _best(done[last] @ followed, people, items, depth)


def _implicit(acts: pd.DataFrame, people: np.ndarray, depth: int, model: Any) -> pd.DataFrame:
    learned, known, users, items = _matrices(acts)
    learned, known = ((one > 0).astype(np.float32) for one in (learned, known))
    model.fit(learned, show_progress=False)
    rows = np.searchsorted(users, people)
    # A factorisation places people anew where their profile knows more than was learned from.
    anew = {"recalculate_user": True} if hasattr(model, "factors") and (learned != known).nnz else {}
    found, _ = model.recommend(
        rows, known[rows], N=min(depth, len(items)), filter_already_liked_items=False, **anew
    )
    ranked = _ranked(people, found)
    ranked = ranked[ranked["item"] >= 0]
    return ranked.assign(item=items[ranked["item"]])


def _bm25(acts: pd.DataFrame, people: np.ndarray, depth: int, neighbours: int) -> pd.DataFrame:
    from implicit.nearest_neighbours import BM25Recommender

    return _implicit(acts, people, depth, BM25Recommender(K=neighbours, K1=1.2, B=0.75))


def _als(acts: pd.DataFrame, people: np.ndarray, depth: int, factors: int, alpha: float) -> pd.DataFrame:
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=factors, regularization=0.05, alpha=alpha, iterations=15, random_state=0
    )
    return _implicit(acts, people, depth, model)


def _rectools_ease(acts: pd.DataFrame, people: np.ndarray, depth: int, regularisation: float) -> pd.DataFrame:
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import EASEModel

    table = acts.drop_duplicates(["user", "item"]).rename(
        columns={"user": Columns.User, "item": Columns.Item}
    )
    table = table.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp(2024, 1, 1)})
    dataset = Dataset.construct(table[[Columns.User, Columns.Item, Columns.Weight, Columns.Datetime]])
    model = EASEModel(regularization=regularisation)
    model.fit(dataset)
    found = model.recommend(people, dataset, k=depth, filter_viewed=False)
    return found.rename(columns={Columns.User: "user", Columns.Item: "item", Columns.Rank: "list_rank"})[
        ["user", "item", "list_rank"]
    ]


def _lenskit_neighbours(acts: pd.DataFrame, people: np.ndarray, depth: int, neighbours: int) -> pd.DataFrame:
    """Item k-nearest neighbours, implicit feedback; proposes nothing that the person has."""
    from lenskit.batch import recommend
    from lenskit.data import from_interactions_df
    from lenskit.knn import ItemKNNScorer
    from lenskit.pipeline import topn_pipeline

    table = acts.drop_duplicates(["user", "item"]).rename(columns={"user": "user_id", "item": "item_id"})
    dataset = from_interactions_df(table[["user_id", "item_id"]])
    pipeline = topn_pipeline(ItemKNNScorer(max_nbrs=neighbours, feedback="implicit"), n=depth)
    pipeline.train(dataset)
    found = recommend(pipeline, people.tolist(), n=depth, n_jobs=1).to_df()
    return pd.DataFrame({"user": found["user_id"], "item": found["item_id"], "list_rank": found["rank"]})


PEERS: dict[str, tuple[Make, list[dict[str, Any]]]] = {
    "own_history": (_own_history, [{}]),
    "own_latest": (_own_latest, [{}]),
    "popular_lately": (_popular_lately, [{}]),
    "markov_chain": (_markov_chain, [{}]),
    "implicit_bm25": (_bm25, [{"neighbours": count} for count in (20, 100, 300)]),
    "implicit_als": (
        _als,
        [{"factors": factors, "alpha": alpha} for factors, alpha in ((64, 1.0), (64, 10.0), (128, 10.0))],
    ),
    "rectools_ease": (_rectools_ease, [{"regularisation": value} for value in (100, 300, 1000)]),
    "lenskit_item_knn": (_lenskit_neighbours, [{"neighbours": count} for count in (20, 50)]),
}

if __name__ == "__main__":
    main()
