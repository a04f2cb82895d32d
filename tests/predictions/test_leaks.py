from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dmp.predictions.champions import choose_champion
from dmp.predictions.cuts import NotLearnable
from dmp.predictions.leaks import leaks, repeated_rows
from dmp.predictions.targets import TARGETS


def test_honest_metrics_show_no_sign(rows, cuts):
    assert leaks(rows, ["tenure_days", "order_count_life", "purchase_recency_days"], "chance") == []


def test_a_target_whose_feature_knows_the_answer_is_refused_with_its_name(rows, cuts):
    knowing = rows.assign(order_count_next=rows["label"] * 2 + (rows.index % 2) * 0.1)
    with pytest.raises(NotLearnable, match=r"order_count_next alone tells the label \(AUC 1.000\)"):
        choose_champion(
            knowing, replace(cuts, previous=()), TARGETS[0], version="0", inputs_hash="1", threads=1
        )


def test_a_feature_that_equals_an_amount_is_named(rows):
    amounts = rows.assign(label=rows["tenure_days"] * 3.0)
    assert leaks(amounts, ["tenure_days", "recency_days"], "amount") == [
        "tenure_days equals the label: it may know what came after the cut"
    ]


def test_a_clock_is_named(rows):
    day = (rows["as_of_date"] - rows["as_of_date"].min()).dt.days
    assert leaks(rows.assign(log_days=day), ["log_days"], "chance") == [
        "log_days is the same for everybody at a cut and rises with it: it tells the date"
    ]


def test_rows_of_other_subjects_that_come_again_are_counted():
    learned = pd.DataFrame({"user_key": [1, 2], "a": [1.0, 2.0], "b": [3.0, np.nan], "label": [0, 1]})
    tested = pd.DataFrame(
        {"user_key": [1, 7, 8], "a": [1.0, 1.0, 5.0], "b": [3.0, 3.0, 3.0], "label": [0, 0, 1]}
    )
    assert repeated_rows(learned, tested, ["a", "b"]) == 1
