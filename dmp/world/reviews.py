"""What people write in reviews: phrases by rating, half of them Chinese."""

from __future__ import annotations

OPENINGS = {
    1: ("Very disappointed.", "非常失望。", "Broken on arrival.", "质量太差了。"),
    2: ("Not what I expected.", "和描述不符。", "Would not buy again.", "不太好用。"),
    3: ("It is all right.", "一般般。", "Does the job.", "凑合能用。"),
    4: ("Good value.", "性价比不错。", "Nice and solid.", "挺好用的。"),
    5: ("Love it!", "非常喜欢。", "Exactly what I wanted.", "强烈推荐。"),
}
DETAILS = (
    "Delivery was quick.", "物流很快。", "Well packed.", "包装很仔细。",
    "My family uses it every day.", "家里人都说好。", "Second time I order here.", "已经回购了。",
    "The colour differs from the photo.", "颜色有点差别。", "Service answered at once.", "客服态度很好。",
    "", "",
)  # fmt: skip
DETAILS_BAD = (
    "Delivery took ages.", "物流太慢。", "The parcel was torn.", "包装破损。",
    "I sent it back.", "已经退货。", "", "",
)  # fmt: skip


def review_text(rating: int, number: int) -> str:
    """Return one of the texts of a rating, chosen by `number`."""
    opening = OPENINGS[rating][number % 4]
    details = DETAILS if rating > 2 else DETAILS_BAD
    return f"{opening} {details[number // 4 % len(details)]}".strip()
