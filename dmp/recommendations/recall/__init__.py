"""Recall channels, one idea a file: `recall_x(context, people, quota)` proposes items to people.

`people` is a table with `user_key` (sorted, each once). The result has the columns user_key, item_key,
channel_score, channel_rank: each pair once, ranks from 1 without gaps, at most `quota` a person, only items
known on the cut.
"""
