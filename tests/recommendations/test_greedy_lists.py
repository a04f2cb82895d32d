from itertools import product

import numpy as np
import pytest

from dmp.recommendations.greedy_lists import Board, Limit, filled_lists


def board(gain: list[list[float]], **given: object) -> Board:
    gains = np.array(gain)
    parts: dict[str, object] = {"open": ~np.isnan(gains), "is_new": np.zeros(gains.shape, dtype=bool)}
    return Board(gain=np.nan_to_num(gains), **(parts | given))  # type: ignore[arg-type]


def listed(places: np.ndarray) -> list[list[int]]:
    """Return the columns of each person's list, in its order."""
    return [[int(np.flatnonzero(row == place)[0]) for place in range(1, row.max() + 1)] for row in places]


def test_without_limits_the_largest_gains_are_listed_and_equal_ones_go_by_column() -> None:
    places, rules = filled_lists(board([[1, 3, 2, 3], [1, 1, np.nan, np.nan]]), 3)
    assert listed(places) == [[1, 3, 2], [0, 1]]
    assert not rules.any()


def test_a_group_has_at_most_so_many_items_and_what_it_lost_names_the_limit() -> None:
    groups = np.array([[0, 0, 0, 1, -1, -1]])
    places, rules = filled_lists(board([[6, 5, 4, 3, 2, 1]], limits=(Limit(2, groups),)), 4)
    assert listed(places) == [[0, 1, 3, 4]]
    assert rules.tolist() == [[0, 0, 1, 0, 0, 0]]


def test_items_without_a_group_are_not_limited() -> None:
    groups = np.full((1, 3), -1)
    places, _ = filled_lists(board([[3, 2, 1]], limits=(Limit(1, groups),)), 3)
    assert listed(places) == [[0, 1, 2]]


def test_a_list_stays_short_where_limits_let_nothing_else_in() -> None:
    groups = np.array([[0, 0, 0]])
    places, rules = filled_lists(board([[3, 2, 1]], limits=(Limit(1, groups),)), 3)
    assert listed(places) == [[0]]
    assert rules.tolist() == [[0, 1, 1]]


def test_the_last_places_are_kept_for_new_items_that_did_not_come_by_themselves() -> None:
    new = np.array([[False, True, False, False, True, True]])
    places, rules = filled_lists(board([[6, 5, 4, 3, 2, 1]], is_new=new), 3, least_new=2)
    assert listed(places) == [[0, 1, 4]]
    assert rules.tolist() == [[0, 0, 1, 1, 0, 0]]
    assert listed(filled_lists(board([[6, 5, 4]], is_new=np.zeros((1, 3), dtype=bool)), 2, 2)[0]) == [[0, 1]]


def test_likeness_to_what_stands_above_is_taken_off() -> None:
    alike = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=float)
    given = {"likeness": lambda columns: alike[columns], "diversity": 0.5}
    assert listed(filled_lists(board([[1, 0.9, 0.6]], **given), 3)[0]) == [[0, 2, 1]]
    assert listed(filled_lists(board([[1, 0.9, 0.3]], **given), 3)[0]) == [[0, 1, 2]]


@pytest.mark.parametrize("seed", range(20))
def test_limits_hold_in_every_list_and_new_items_get_their_places(seed: int) -> None:
    random = np.random.default_rng(seed)
    shape, length, least_new = (30, 25), 8, 3
    categories, brands = random.integers(-1, 4, shape), random.integers(-1, 5, shape)
    is_new = random.random(shape) < 0.15
    is_open = np.arange(shape[1])[None, :] < random.integers(0, shape[1] + 1, shape[0])[:, None]
    given = Board(is_open, random.random(shape), is_new & is_open, (Limit(2, categories), Limit(2, brands)))
    places, rules = filled_lists(given, length, least_new)
    for person, (own, most) in product(range(shape[0]), ((categories, 2), (brands, 2))):
        inside = np.flatnonzero(places[person])
        assert sorted(places[person, inside]) == list(range(1, len(inside) + 1))
        groups = own[person, inside]
        assert np.bincount(groups[groups >= 0], minlength=1).max() <= most
        fresh, room = inside[is_new[person, inside]], is_open[person] & is_new[person] & (places[person] == 0)
        if len(fresh) < min(least_new, length):
            # Whatever new item is left outside would break a limit.
            for column in np.flatnonzero(room):
                assert any(
                    codes[person, column] >= 0 and (codes[person, inside] == codes[person, column]).sum() >= 2
                    for codes in (categories, brands)
                )
    assert not rules[places > 0].any()
    again, _ = filled_lists(given, length, least_new)
    assert (again == places).all()


def test_people_do_not_change_each_others_lists() -> None:
    random = np.random.default_rng(1)
    gain, groups = random.random((6, 9)), random.integers(0, 3, (6, 9))
    is_open, nothing_new = np.ones((6, 9), dtype=bool), np.zeros((6, 9), dtype=bool)
    together, _ = filled_lists(Board(is_open, gain, nothing_new, (Limit(1, groups),)), 4)
    for person in range(6):
        row = slice(person, person + 1)
        alone, _ = filled_lists(Board(is_open[row], gain[row], nothing_new[row], (Limit(1, groups[row]),)), 4)
        assert (alone[0] == together[person]).all()
