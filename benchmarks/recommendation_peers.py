"""What other libraries recommend from the same purchases; run by `benchmarks.recommendations` with an interpreter that
has them.

    PYTHON benchmarks/recommendation_peers.py FOLDER

FOLDER holds purchases.parquet (user, item, day: days before the cut) and people.parquet (user). Written:
<peer>.parquet (user, item, list_rank) of the best 1,000 items, what was bought before included; a peer that is not
installed is left out. Each peer is used as its documentation shows, with the settings named in its line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

DEPTH = 1000


def main() -> None:
    """Write one file per peer."""
    folder = Path(sys.argv[1])
    purchases = pd.read_parquet(folder / "purchases.parquet")
    people = pd.read_parquet(folder / "people.parquet")["user"].to_numpy()
    for name, make in PEERS.items():
        try:
            lists = make(purchases, people)
        except ImportError as missing:
            print(f"{name}: {missing}, left out", file=sys.stderr)
            continue
        lists.to_parquet(folder / f"{name}.parquet")


def _matrix(purchases: pd.DataFrame) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    users, row = np.unique(purchases["user"], return_inverse=True)
    items, column = np.unique(purchases["item"], return_inverse=True)
    matrix = csr_matrix((np.ones(len(row), dtype=np.float32), (row, column)), shape=(len(users), len(items)))
    return matrix, users, items


def _best(scores: np.ndarray, people: np.ndarray, items: np.ndarray) -> pd.DataFrame:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :DEPTH]
    return pd.DataFrame(
        {
            "user": np.repeat(people, order.shape[1]),
            "item": items[order.ravel()],
            "list_rank": np.tile(np.arange(1, order.shape[1] + 1), len(people)),
        }
    )


def _own_history(purchases: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    """Most often bought first, then what most people bought."""
    matrix, users, items = _matrix(purchases)
    popular = np.asarray((matrix > 0).sum(axis=0)).ravel()
    return _best(matrix[np.searchsorted(users, people)].toarray() + 1e-6 * popular, people, items)


def _popular_lately(purchases: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    lately = purchases[purchases["day"] < 30].drop_duplicates(["user", "item"])
    counts = lately.groupby("item").size().sort_values(ascending=False, kind="stable")
    return _best(np.tile(counts.to_numpy(dtype=float), (len(people), 1)), people, counts.index.to_numpy())


def _implicit(make: Callable[[], object], weigh: bool) -> Callable[[pd.DataFrame, np.ndarray], pd.DataFrame]:
    def lists(purchases: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
        from implicit.nearest_neighbours import bm25_weight

        matrix, users, items = _matrix(purchases)
        trained = bm25_weight(matrix, K1=1.2, B=0.75).tocsr() if weigh else (matrix > 0).astype(np.float32)
        model = make()
        model.fit(trained, show_progress=False)  # type: ignore[attr-defined]
        rows = np.searchsorted(users, people)
        found, _ = model.recommend(  # type: ignore[attr-defined]
            rows, trained[rows], N=DEPTH, filter_already_liked_items=False
        )
        ranked = pd.DataFrame(
            {
                "user": np.repeat(people, found.shape[1]),
                "column": found.ravel(),
                "list_rank": np.tile(np.arange(1, found.shape[1] + 1), len(people)),
            }
        )
        ranked = ranked[ranked["column"] >= 0]
        return ranked.assign(item=items[ranked["column"]])[["user", "item", "list_rank"]]

    return lists


def _bm25() -> object:
    from implicit.nearest_neighbours import BM25Recommender

    return BM25Recommender(K=100, K1=1.2, B=0.75)


def _als() -> object:
    from implicit.als import AlternatingLeastSquares

    return AlternatingLeastSquares(factors=64, regularization=0.05, alpha=10.0, iterations=15, random_state=0)


def _rectools_ease(purchases: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    """EASE, regularisation 300."""
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import EASEModel

    table = purchases.drop_duplicates(["user", "item"]).rename(
        columns={"user": Columns.User, "item": Columns.Item}
    )
    table = table.assign(**{Columns.Weight: 1.0, Columns.Datetime: pd.Timestamp(2024, 1, 1)})
    dataset = Dataset.construct(table[[Columns.User, Columns.Item, Columns.Weight, Columns.Datetime]])
    model = EASEModel(regularization=300)
    model.fit(dataset)
    found = model.recommend(people, dataset, k=DEPTH, filter_viewed=False)
    return found.rename(columns={Columns.User: "user", Columns.Item: "item", Columns.Rank: "list_rank"})[
        ["user", "item", "list_rank"]
    ]


def _lenskit_neighbours(purchases: pd.DataFrame, people: np.ndarray) -> pd.DataFrame:
    """Item k-nearest neighbours, implicit feedback, 50 neighbours."""
    from lenskit.batch import recommend
    from lenskit.data import from_interactions_df
    from lenskit.knn import ItemKNNScorer
    from lenskit.pipeline import topn_pipeline

    table = purchases.drop_duplicates(["user", "item"]).rename(columns={"user": "user_id", "item": "item_id"})
    dataset = from_interactions_df(table[["user_id", "item_id"]])
    pipeline = topn_pipeline(ItemKNNScorer(max_nbrs=50, feedback="implicit"), n=DEPTH)
    pipeline.train(dataset)
    found = recommend(pipeline, people.tolist(), n=DEPTH, n_jobs=1).to_df()
    return pd.DataFrame({"user": found["user_id"], "item": found["item_id"], "list_rank": found["rank"]})


def _names() -> Iterator[tuple[str, Callable[[pd.DataFrame, np.ndarray], pd.DataFrame]]]:
    yield "own_history", _own_history
    yield "popular_lately", _popular_lately
    yield "implicit_bm25", _implicit(_bm25, False)
    yield "implicit_als", _implicit(_als, False)
    yield "rectools_ease", _rectools_ease
    yield "lenskit_item_knn", _lenskit_neighbours


PEERS = dict(_names())

if __name__ == "__main__":
    main()
