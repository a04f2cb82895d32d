"""Which items go together: similarity of items over the people who bought or looked at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dmp.recommendations.context import Context

NEIGHBOUR_COUNT = 60
# A shop that buys everything says little about what goes together: only the strongest items of a person
# count.
ITEMS_PER_PERSON = 200
# 32 MB of sorted numbers.
_CELLS_AT_ONCE = 4_000_000


def person_weights(context: Context) -> Any:
    """Return a sparse matrix people x items: what a person did with an item, decayed; a purchase outweighs a
    look. Rows of people who have not consented to personalisation are empty.
    """
    return _weights(context, "habit")


def late_weights(context: Context) -> Any:
    """Return the same with purchases of the last weeks only: their half-life is 30 days instead of 90."""
    return _weights(context, "recent_habit")


def _weights(context: Context, purchases: str) -> Any:
    from scipy.sparse import csr_matrix

    pairs = context.pairs
    weights = np.log1p(4 * pairs[purchases].to_numpy() + 0.3 * pairs["interest"].to_numpy())
    weights[pairs["dismiss_count"].to_numpy() > 0] = 0
    weights[~context.has_consented(pairs["user_key"].to_numpy())] = 0
    rows = context.positions(pairs["user_key"].to_numpy())
    shape = (len(context.user_keys), len(context.items))
    matrix = csr_matrix((weights.astype(np.float32), (rows, pairs["item_key"].to_numpy())), shape=shape)
    matrix.eliminate_zeros()
    return matrix


def item_neighbours(weights: Any) -> Any:
    """Return a sparse matrix items x items: cosine similarity of each item to its nearest others.

    Item-based collaborative filtering after Sarwar et al. (2001), with the columns of people damped by the
    logarithm of how many items they have (inverse user frequency, Breese et al. 1998, section 2.2).
    `weights`: people x items.
    """
    from scipy.sparse import diags

    weights = strongest(weights, ITEMS_PER_PERSON)
    item_count = weights.shape[1]
    damping = 1 / np.log2(2 + np.diff(weights.indptr))
    damped = diags(np.sqrt(damping).astype(np.float32)) @ weights
    norms = np.sqrt(np.asarray(damped.multiply(damped).sum(axis=0)).ravel())
    # Shrinking by a constant keeps pairs seen together once from looking alike.
    scale = 1 / (norms + 0.5)
    damped = damped @ diags(scale.astype(np.float32))
    similarity = (damped.T @ damped).tocsr()
    similarity.setdiag(0)
    similarity.eliminate_zeros()
    return strongest(similarity, min(NEIGHBOUR_COUNT, item_count))


def strongest(matrix: Any, count: int) -> Any:
    """Keep the `count` largest values of each row; ties go to the smaller column."""
    from scipy.sparse import csr_matrix

    lengths = np.diff(matrix.indptr)
    is_kept = np.ones(len(matrix.data), dtype=bool)
    long = np.flatnonzero(lengths > count)
    # Rows of about one length are cut together, at most so many cells at once.
    long = long[np.argsort(lengths[long], kind="stable")]
    while len(long):
        rows = long[-max(1, _CELLS_AT_ONCE // lengths[long[-1]]) :]
        long = long[: -len(rows)]
        _cut(matrix, rows, lengths[rows], count, is_kept)
    indptr = np.r_[0, np.cumsum(np.minimum(lengths, count))]
    kept = csr_matrix((matrix.data[is_kept], matrix.indices[is_kept], indptr), shape=matrix.shape)
    kept.sort_indices()
    return kept


def _cut(matrix: Any, rows: np.ndarray, lengths: np.ndarray, count: int, is_kept: np.ndarray) -> None:
    """Mark in `is_kept` what falls out of some rows, each longer than `count`."""
    columns = np.arange(lengths.max())
    cells = columns < lengths[:, None]
    place = (matrix.indptr[rows][:, None] + columns)[cells]
    codes = np.full(cells.shape, np.iinfo(np.int64).min)
    codes[cells] = (matrix.data[place].view(np.int32).astype(np.int64) << 32) - matrix.indices[place]
    least = np.partition(codes, -count, axis=1)[:, -count]
    is_kept[place] = (codes >= least[:, None])[cells]
