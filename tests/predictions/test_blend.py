from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.blend import Blend, blend, held_out_answers, kept_share, log_loss_of
from dmp.predictions.calibration import Calibration, log_odds
from dmp.predictions.candidates.candidate import Question
from dmp.predictions.candidates.catalogue import BY_NAME, CANDIDATES
from dmp.predictions.candidates.naive_rate import FittedNaiveRate
from dmp.predictions.choice import choose
from dmp.predictions.learning import folds_of_people, learn
from dmp.predictions.training_rows import feature_names


@pytest.fixture(scope="module")
def question(rows):
    return Question(feature_names(rows), 30, "chance")


@pytest.fixture(scope="module")
def learned(rows, question):
    with ThreadPoolExecutor(1) as pool:
        return learn(rows, question, CANDIDATES, pool)


@pytest.mark.parametrize("answer", ["chance", "amount"])
def test_every_candidate_answers_finitely_adds_up_and_reads_back_as_itself(rows, question, answer):
    asked = replace(question, answer=answer, is_seasonal=True)
    rows = rows.assign(season_factor=1.2)
    amounts = rows.assign(label=rows["label"] * 2.5) if answer == "amount" else rows
    hostile = rows.head(3).assign(
        order_count_life=[np.inf, np.nan, -5.0], tenure_days=np.nan, season_factor=np.nan
    )
    for candidate in CANDIDATES:
        if answer not in candidate.answers:
            continue
        fitted = candidate.fit(amounts, asked)
        for table in (rows.head(50), hostile):
            answers = fitted.predict(table)
            assert np.isfinite(answers).all(), candidate.name
            assert answer == "chance" or (answers >= 0).all(), candidate.name
            np.testing.assert_allclose(
                fitted.parts(table).sum(axis=1), answers, atol=1e-9, err_msg=candidate.name
            )
        again = candidate.load(fitted.files())
        assert again.files() == fitted.files(), candidate.name
        np.testing.assert_array_equal(again.predict(rows), fitted.predict(rows))


def test_nobody_is_answered_about_by_a_fit_that_saw_them(rows, question, learned):
    fold = folds_of_people(rows)
    seen = rows[fold != 0]
    alone = BY_NAME["logistic"].fit(seen, question).predict(rows[fold == 0])
    np.testing.assert_allclose(learned["logistic"].held_out[fold == 0], alone)


def test_a_blend_is_not_worse_than_its_members_on_held_out_people(rows, learned):
    names = ["recency", "logistic", "lightgbm"]
    labels = rows["label"].to_numpy(dtype="float64")

    def loss(members: list[str]) -> float:
        model = blend(rows, learned, members, "chance")
        return float(log_loss_of(labels, held_out_answers(rows, learned, members, model)).mean())

    assert (
        loss(names) <= min(loss([name]) for name in names) + 2e-3
    )  # calibration looks at the newest cuts alone
    assert all(weight >= 0 for weight in blend(rows, learned, names, "chance").weights)


def test_people_of_whom_little_is_known_are_drawn_towards_everybody():
    model = Blend("chance", (FittedNaiveRate(2.0),), (1.0,), -1.0, 3.0, Calibration(1.0, 0.0))
    table = pd.DataFrame({"active_day_count_life": [0, 3, 3000]})
    np.testing.assert_allclose(kept_share(table, 3.0), [0, 0.5, 3000 / 3003])
    np.testing.assert_allclose(log_odds(model.predict(table)), [-1.0, 0.5, 2.0], atol=0.01)
    np.testing.assert_allclose(model.parts(table).sum(axis=1), log_odds(model.predict(table)), atol=1e-9)


def losses(recipe: str, values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"recipe": recipe, "cut": 1, "user_key": range(len(values)), "loss": values})


def test_the_simple_recipe_is_used_unless_it_is_clearly_beaten():
    generator = np.random.default_rng(1)
    simple = generator.random(200)
    noise = generator.normal(0, 0.1, 200)
    near = simple + noise - noise.mean() - 0.001
    clear = simple - 0.05 + generator.normal(0, 0.1, 200)
    order = ["simple", "near", "clear"]
    table = pd.concat([losses("simple", list(simple)), losses("near", list(near))])
    assert choose(table, order, "chance")[0] == "simple"
    chosen, report = choose(pd.concat([table, losses("clear", list(clear))]), order, "chance")
    assert chosen == "clear"
    assert report.set_index("recipe")["is_chosen"].to_dict() == {
        "simple": False,
        "near": False,
        "clear": True,
    }
