import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from dmp.list_order import Attraction, ListOrder
from dmp.recommendations.value import attractions, item_worth, with_value
from dmp.settings import Home, SettingsError

MISSING = None


def catalogue(**columns: list[object]) -> pd.DataFrame:
    empty = {name: [MISSING] * 3 for name in ("price_amount", "cost_amount", "paid_price_amount")}
    given = {"item_id": ["a", "b", "c"], "category": ["tea", "tea", MISSING], "brand": ["x", MISSING, "y"]}
    return pd.DataFrame(given | empty | columns).astype(
        dict.fromkeys(("price_amount", "cost_amount", "paid_price_amount"), "float64")
    )


def test_a_margin_is_price_less_cost_and_an_unknown_cost_is_a_usual_share_of_the_price() -> None:
    items = catalogue(price_amount=[10, 20, 40], cost_amount=[8, MISSING, 20])
    worth = item_worth(items, ListOrder())
    assert worth.basis == "cost"
    # Shares earned are 0.2 and 0.5.
    assert worth.margin.tolist() == pytest.approx([2, 20 * 0.35, 20])


def test_without_costs_the_price_stands_for_it_and_without_prices_what_was_paid() -> None:
    items = catalogue(price_amount=[10, MISSING, MISSING], paid_price_amount=[9, 5, MISSING])
    worth = item_worth(items, ListOrder())
    assert (worth.basis, worth.margin.tolist()) == ("price", [10, 5, 7.5])
    assert item_worth(catalogue(), ListOrder()).basis == "one"
    assert item_worth(catalogue(), ListOrder(margin="cost")).margin.tolist() == [1, 1, 1]


def test_the_owner_may_take_another_margin_and_a_sale_below_cost_earns_nothing() -> None:
    items = catalogue(price_amount=[10, 20, 40], cost_amount=[12, 10, 20])
    assert item_worth(items, ListOrder()).margin.tolist() == [0, 10, 20]
    assert item_worth(items, ListOrder(margin="price")).margin.tolist() == [10, 20, 40]
    assert item_worth(items, ListOrder(margin="one")).margin.tolist() == [1, 1, 1]


def test_weights_of_item_category_and_brand_multiply() -> None:
    weights = Attraction(items={"a": 2}, categories={"tea": 0.5}, brands={"y": 3})
    assert attractions(catalogue(), weights).tolist() == [1.0, 0.5, 3.0]
    with pytest.raises(ValidationError):
        Attraction(items={"a": -1})


def test_settings_that_cannot_be_are_refused_by_name(tmp_path: Path) -> None:
    for text, name in (
        ("list_order: {aims: {value: -1}}", "list_order.aims.value"),
        ("list_order: {most_per_seller: 3}", "list_order.most_per_seller"),
        ("list_order: {margin: profit}", "list_order.margin"),
    ):
        (tmp_path / "settings.yaml").write_text(text)
        with pytest.raises(SettingsError, match=re.escape(name)):
            Home(tmp_path).settings()
    (tmp_path / "settings.yaml").write_text("list_order: {most_per_brand: 3, aims: {diversity: 0.2}}")
    order = Home(tmp_path).settings().list_order
    assert (order.most_per_brand, order.aims.diversity, order.aims.relevance) == (3, 0.2, 1)
    assert not order.is_by_score


def test_value_is_the_product_of_its_parts_and_missing_without_a_probability() -> None:
    order = ListOrder(attraction=Attraction(items={"b": 2}))
    worth = item_worth(catalogue(price_amount=[10, 20, 40]), order)
    candidates = pd.DataFrame({"item_key": [1, 0, 2], "probability": [0.5, 0.1, np.nan]})
    valued = with_value(candidates, worth)
    assert valued["value"].tolist()[:2] == [20.0, 1.0]
    assert np.isnan(valued["value"].iloc[2])
    product = valued["probability"] * valued["margin"] * valued["attraction"]
    pd.testing.assert_series_equal(product, valued["value"], check_names=False)
