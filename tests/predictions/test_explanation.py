import numpy as np
import pytest

from dmp.predictions.calibration import log_odds
from dmp.predictions.explanation import explain
from dmp.predictions.importance import importance
from dmp.predictions.pictures import model_pictures
from dmp.predictions.scores import score
from dmp.predictions.targets import TARGETS


@pytest.mark.parametrize("stored", [0, 2, 8])
def test_the_parts_of_a_score_add_up_to_its_log_odds(champion, today, stored):
    sums = explain(champion, today, parts=stored).groupby("user_key")["contribution"].sum()
    published = score(champion, today, TARGETS[0]).set_index("user_key")["score"]
    np.testing.assert_allclose(sums, log_odds(published.to_numpy()), atol=1e-9)


def test_the_largest_parts_come_first(champion, today):
    parts = explain(champion, today.head(1), parts=3)
    assert parts["part_rank"].tolist() == list(range(1, len(parts) + 1))
    assert parts["contribution"].head(3).abs().is_monotonic_decreasing
    assert parts["feature"].iloc[3] == "(other features)"
    assert {"(base value)", "(calibration)"} <= set(parts["feature"].iloc[4:])


def test_one_person_is_explained_on_demand_as_among_all(champion, today):
    person = today[today["user_key"] == today["user_key"].iloc[5]]
    alone = explain(champion, person)
    among = explain(champion, today)
    among = among[among["user_key"] == person["user_key"].iloc[0]].reset_index(drop=True)
    assert alone.equals(among)


def test_nobody_to_explain_gives_no_parts(champion, today):
    assert explain(champion, today.head(0)).empty


def test_the_most_important_feature_is_the_one_whose_parts_are_largest(champion, today):
    parts = champion.blend.parts(today)
    named = parts[[name for name in parts if not name.startswith("(")]].abs().mean()
    table = importance(champion.blend, today)
    assert table["feature"].iloc[0] == named.idxmax()
    assert table["importance"].iloc[0] == pytest.approx(named.max())


def test_pictures_are_the_same_bytes_each_time(champion):
    first, second = model_pictures(champion), model_pictures(champion)
    assert first == second
    assert all(picture.startswith(b"\x89PNG") for picture in first.values())
