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
        "category_affinity": "Sells well in {other}, a group often visited",
        "new_items": "New, first seen {ago}; buyers in the last 30 days: {count:.0f}",
        "popular_lately": "Buyers in the last 30 days: {count:.0f}",
        "viewed_lately": "Viewers in the last 30 days: {count:.0f}",
        "other_channel": "Proposed by {other}",
    }
}
AGO = {"en": ("today", "yesterday", "{days:.0f} days ago")}
