"""Rules that a candidate must pass, one a file: `x(context, candidates)` returns what it keeps and what it removes.

Kept has the columns of candidates, removed has user_key, item_key, rule, detail. Every candidate is in exactly one of
them. Bounds that an owner may set are in `context.rules`.
"""
