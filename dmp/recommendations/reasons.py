"""The words in which a recommended item is explained: every text of this package that a reader of lists sees.

A language is one more entry of the same names; the fields in braces are filled by `explanation`.
"""

from __future__ import annotations

REASONS = {
    "en": {
        "own_purchases": "Bought on {count:.0f} days, last {ago}",
        "own_purchase": "Bought {ago}",
        "own_cart": "Put in the cart or marked, last {ago}",
        "own_views": "Viewed {count:.0f} times, last {ago}",
        "own_view": "Viewed {ago}",
        "item_to_item_bought": "Often goes with {other}, bought {ago}",
        "item_to_item_viewed": "Often goes with {other}, viewed {ago}",
        "factorisation": "Liked by people with a similar taste",
        "linear_autoencoder": "Goes with everything bought and viewed",
        "alternating_least_squares": "Liked by people who like and leave the same",
        "similar_people": "Bought lately by people who buy the same",
        "term_weighted_neighbours": "Often found with the same items",
        "next_items_bought": "Often comes after {other}, bought {ago}",
        "next_items_viewed": "Often comes after {other}, viewed {ago}",
        "complements_bought": "Often bought together with {other}, bought {ago}",
        "session_bought": "Often goes with {other} on one day, bought {ago}",
        "session_viewed": "Often goes with {other} on one day, viewed {ago}",
        "content": "Resembles what was bought or viewed",
        "popular_in_region": "Buyers in {other} in the last 30 days: {count:.0f}",
        "popular_in_segment": "Buyers with similar habits in the last 30 days: {count:.0f}",
        "category_affinity": "Sells well in {other}, a group often visited",
        "new_items": "New, first seen {ago}; buyers in the last 30 days: {count:.0f}",
        "popular_lately": "Buyers in the last 30 days: {count:.0f}",
        "viewed_lately": "Viewers in the last 30 days: {count:.0f}",
    },
    "zh": {
        "own_purchases": "{count:.0f}天买过，最近一次{ago}",
        "own_purchase": "{ago}买过",
        "own_cart": "加购或收藏过，最近一次{ago}",
        "own_views": "看过{count:.0f}次，最近一次{ago}",
        "own_view": "{ago}看过",
        "item_to_item_bought": "常与{ago}买过的{other}搭配",
        "item_to_item_viewed": "常与{ago}看过的{other}搭配",
        "factorisation": "口味相近的人喜欢",
        "linear_autoencoder": "与买过和看过的商品整体相符",
        "alternating_least_squares": "好恶相近的人喜欢",
        "similar_people": "购买相似的人近期在买",
        "term_weighted_neighbours": "常与同样的商品一起出现",
        "next_items_bought": "常在{other}之后购买，{other}{ago}买过",
        "next_items_viewed": "常在{other}之后浏览或购买，{other}{ago}看过",
        "complements_bought": "常与{ago}买过的{other}一起购买",
        "session_bought": "常与{ago}买过的{other}同日出现",
        "session_viewed": "常与{ago}看过的{other}同日出现",
        "content": "与买过或看过的商品相似",
        "popular_in_region": "近30天{other}购买人数{count:.0f}",
        "popular_in_segment": "近30天习惯相近者购买人数{count:.0f}",
        "category_affinity": "常逛的{other}中卖得好",
        "new_items": "新品，{ago}首次出现；近30天购买人数{count:.0f}",
        "popular_lately": "近30天购买人数{count:.0f}",
        "viewed_lately": "近30天浏览人数{count:.0f}",
    },
}
AGO = {"en": ("today", "yesterday", "{days:.0f} days ago"), "zh": ("今天", "昨天", "{days:.0f}天前")}
