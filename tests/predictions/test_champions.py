from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.candidates.catalogue import BY_NAME
from dmp.predictions.champions import choose_champion
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.targets import TARGETS

PURCHASE_30D = TARGETS[0]

NAMES = {"version": "0123", "inputs_hash": "4567"}


def metric(champion, model: str, vintage: str, name: str) -> float:
    wanted = {"model": model, "vintage": vintage, "metric": name}
    return next(row["value"] for row in champion.metrics if wanted.items() <= row.items())


def test_the_vintage_with_the_lower_log_loss_on_the_newest_window_is_published(champion):
    losses = {name: metric(champion, champion.recipe, name, "log_loss") for name in ("new", "previous")}
    assert losses[champion.vintage] == min(losses.values())


@pytest.mark.parametrize(("spoiled", "kept"), [("new", "previous"), ("previous", "new")])
def test_a_vintage_that_learned_from_wrong_labels_is_not_published(rows, cuts, spoiled, kept):
    new, previous = cuts.new[-2:], cuts.new[:1]
    apart = replace(cuts, new=new, previous=previous)
    bad = rows["as_of_date"].isin(pd.to_datetime(list(getattr(apart, spoiled))))
    wrong = rows.assign(label=rows["label"].where(~bad, 1 - rows["label"]))
    assert choose_champion(wrong, apart, PURCHASE_30D, **NAMES, threads=1).vintage == kept


def test_without_an_older_vintage_the_new_one_is_published(rows, cuts):
    assert (
        choose_champion(rows, replace(cuts, previous=()), PURCHASE_30D, **NAMES, threads=1).vintage == "new"
    )


def test_every_model_is_reported_on_the_same_untouched_people(champion, rows, cuts):
    population = int((rows["as_of_date"] == pd.Timestamp(cuts.test)).sum())
    table = pd.DataFrame(champion.metrics)
    assert set(table["model"]) == {"blend"} | {
        name
        for name, candidate in BY_NAME.items()
        if "chance" in candidate.answers and name != "seasonal_rate"
    }
    assert set(table["metric"]) >= {"auc", "pr_auc", "log_loss", "ece", "top_tenth_lift", "base_rate"}
    assert set(table["population_count"]) == {population}
    assert metric(champion, "naive_rate", "new", "auc") == 0.5


def test_the_champion_finds_who_buys(champion):
    assert metric(champion, champion.recipe, champion.vintage, "auc") > 0.75
    assert metric(champion, champion.recipe, champion.vintage, "top_tenth_lift") > 1.3


def test_the_number_of_threads_changes_no_byte(champion, rows, cuts):
    again = choose_champion(rows, cuts, PURCHASE_30D, **NAMES, threads=2)
    assert again == champion


def test_one_class_is_refused(rows, cuts):
    with pytest.raises(NotLearnable, match="0 people with the event"):
        choose_champion(rows.assign(label=np.int8(0)), cuts, PURCHASE_30D, **NAMES, threads=1)
