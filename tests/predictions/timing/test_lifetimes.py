import numpy as np
import pandas as pd
import pytest

from dmp.predictions.cuts import NotLearnable
from dmp.predictions.timing.lifetime_reporting import LIFETIMES, printed
from dmp.predictions.timing.lifetimes import backtest_lifetimes, lifetimes


def subjects(people: int = 600) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    plan, price = generator.choice(["short", "long"], people), generator.uniform(10, 90, people)
    stay = generator.exponential(np.where(plan == "long", 80, 15) * 40 / price)
    months = np.ceil(np.minimum(stay, generator.uniform(5, 60, people)))
    return pd.DataFrame(
        {"plan": plan, "price": price, "months": months, "label": (stay <= months).astype(float)}
    )


def test_models_tell_who_leaves_sooner_without_seeing_the_duration():
    waits = lifetimes(subjects(), "months")
    assert "months" not in waits
    table = backtest_lifetimes(waits, ["plan", "price"]).set_index(["model", "metric"])["value"]
    assert min(table[name, "concordance"] for name in ("cox", "lightgbm_cox", "blend")) > 0.7
    assert table["cox", "integrated_brier"] < table["same_for_all", "integrated_brier"] - 0.02


def test_a_backtest_says_the_same_twice():
    waits = lifetimes(subjects(), "months")
    pd.testing.assert_frame_equal(backtest_lifetimes(waits, ["price"]), backtest_lifetimes(waits, ["price"]))


def test_unknown_labels_and_durations_are_left_out():
    rows = subjects().assign(label=lambda rows: rows["label"].where(rows.index > 0))
    rows.loc[1, "months"] = np.nan
    assert len(lifetimes(rows, "months")) == len(rows) - 2


@pytest.mark.parametrize(("label", "words"), [(0.0, "0 subjects who left"), (1.0, "0 subjects who stayed")])
def test_a_table_of_one_kind_is_refused(label, words):
    with pytest.raises(NotLearnable, match=words):
        lifetimes(subjects().assign(label=label), "months")


def test_the_column_that_tells_the_duration_is_not_learned_from():
    survival = LIFETIMES["telco_survival"]
    assert survival.duration == "tenure_months"
    assert "total_charges" in survival.left_out


def test_the_model_that_orders_best_is_printed_first():
    figures = [("cox", "concordance", 0.7), ("cox", "integrated_brier", 0.1), ("blend", "concordance", 0.8)]
    heading, lines = printed(pd.DataFrame(figures, columns=["model", "metric", "value"]))
    assert heading == ["model", "concordance", "integrated_brier"]
    assert lines == [["blend", "0.8000", ""], ["cox", "0.7000", "0.1000"]]
