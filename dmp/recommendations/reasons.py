"""The words in which a recommended item is explained: every text of this package that a reader of lists sees.

A language is one more entry of the same names; the fields in braces are filled by `explanation`.
"""

from __future__ import annotations

REASONS = {
    "en": {
        "own_purchases": "Bought on {count:.0f} days, last {days:.0f} days ago",
        "own_purchase": "Bought {days:.0f} days ago",
        "own_cart": "Put in the cart or marked, last {days:.0f} days ago",
        "own_interest": "Viewed {count:.0f} times, last {days:.0f} days ago",
        "item_to_item_bought": "Often goes with {other}, which was bought {days:.0f} days ago",
        "item_to_item_viewed": "Often goes with {other}, which was viewed {days:.0f} days ago",
        "factorisation": "Liked by people with a similar taste",
        "category_affinity": "Sells well in {other}, a category often visited",
        "new_items": "New since {days:.0f} days and already bought by {count:.0f} people",
        "popular_lately": "Bought by {count:.0f} people in the last 30 days",
        "viewed_lately": "Viewed by {count:.0f} people in the last 30 days",
        "other_channel": "Proposed by {other}",
    }
}
