"""The picture of how large segments were, also of a home without any."""

from __future__ import annotations

import pandas as pd

from dmp.segments.pictures import sizes_picture

SIZES = pd.DataFrame(
    {
        "as_of_date": pd.to_datetime(["2026-06-21", "2026-06-28"] * 2),
        "segment_id": ["loyal", "loyal", "new", "new"],
        "person_count": [3, 5, 8, 1],
    }
)


def test_the_same_sizes_are_the_same_bytes_and_others_are_not() -> None:
    drawn = sizes_picture(SIZES)
    assert drawn.startswith(b"\x89PNG")
    assert drawn == sizes_picture(SIZES)
    assert drawn != sizes_picture(SIZES.assign(person_count=1))


def test_without_segments_there_is_an_empty_picture() -> None:
    assert sizes_picture(SIZES.head(0)).startswith(b"\x89PNG")
