import pandas as pd

from dmp.predictions.training_rows import feature_names
from dmp.predictions.wording import feature_words, reasons


def test_a_part_is_told_in_english_and_in_chinese():
    parts = pd.DataFrame(
        {
            "feature": ["order_count_30d", "purchase_recency_days", "(base value)"],
            "feature_value": [3.0, None, None],
            "contribution": [0.4, -0.2, -1.0],
        }
    )
    told = reasons(parts)
    assert told["reason_en"].tolist() == [
        "orders in the last 30 days: 3, raises the score",
        "days since the last purchase: unknown, lowers the score",
        "everybody's level, lowers the score",
    ]
    assert told["reason_zh"].tolist() == [
        "最近30天订单数:3,提高得分",
        "距上次购买天数:未知,降低得分",
        "整体基准,降低得分",
    ]


def test_every_metric_of_the_built_in_models_has_words_in_both_languages(rows):
    for name in feature_names(rows):
        english, chinese = feature_words(name)
        assert english != name
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), name
