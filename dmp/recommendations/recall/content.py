"""Recall items whose name, category and brand resemble a person's own: the one way to items that nobody met yet."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from dmp.recommendations.context import Context
from dmp.recommendations.recall.popular_lately import popularity

_UNSPACED = "[\u3040-\u9fff]"


def content(context: Context, user_keys: np.ndarray) -> np.ndarray:
    """Return the cosine of an item's words and those of a person's items, times how much it sells."""
    words, items_of_words = context.made(item_words), context.made(word_items)
    profile = context.weights(user_keys) @ words
    norms = np.sqrt(np.asarray(profile.multiply(profile).sum(axis=1)).ravel())
    cosine = (profile @ items_of_words).toarray() / np.maximum(norms, 1e-9)[:, None]
    # An item that nobody has bought yet still counts a little.
    return (cosine * (1 + np.log1p(popularity(context)))).astype(np.float32)


def item_words(context: Context) -> Any:
    """Return items x words of unit length: TF-IDF of name, category and brand, Chinese by pairs of signs."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfVectorizer

    items = context.items
    texts = [
        " ".join(str(part) for part in row if isinstance(part, str)) if is_known else ""
        for *row, is_known in zip(
            *(items[name] for name in ("item_name", "category", "brand", "is_known")), strict=True
        )
    ]
    if not any(words_of(text) for text in texts):
        return csr_matrix((len(items), 1), dtype=np.float32)
    return TfidfVectorizer(analyzer=words_of, dtype=np.float32).fit_transform(texts).tocsr()


def word_items(context: Context) -> Any:
    """Return words x items."""
    return context.made(item_words).T.tocsr()


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters; of scripts without spaces each pair of neighbouring signs."""
    spaced = re.findall(r"[^\W_]{2,}", re.sub(_UNSPACED, " ", text.lower()))
    return spaced + re.findall(rf"(?=({_UNSPACED}{{2}}))", text)
