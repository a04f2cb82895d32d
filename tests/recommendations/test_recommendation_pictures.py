import pandas as pd

from dmp.recommendations.pictures import calibration_picture, trade_off_picture

TRADE_OFFS = pd.DataFrame(
    {
        "aim": ["diversity", "diversity", "value"],
        "weight": [0.0, 0.2, 0.0],
        "ndcg_at_10": [0.4, 0.38, 0.4],
        "diversity_at_10": [0.5, 0.7, 0.5],
        "new_item_share_at_10": [0.1, 0.1, 0.1],
        "value_at_10": [None, None, None],
        "is_in_use": [True, False, True],
    }
)
BINS = pd.DataFrame({"list_name": ["recommended"], "mean_probability": [0.1], "observed_rate": [0.2]})


def test_pictures_are_png_and_the_same_numbers_give_the_same_bytes() -> None:
    for draw, table in ((trade_off_picture, TRADE_OFFS), (calibration_picture, BINS)):
        assert draw(table).startswith(b"\x89PNG")
        assert draw(table) == draw(table)
        assert draw(table) != draw(table.iloc[:0])
