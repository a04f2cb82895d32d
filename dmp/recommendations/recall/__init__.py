"""Recall channels, one idea a file: `x(context, user_keys)` says how strongly it proposes each item to each person.

The result is a float32 matrix, people (in the order of `user_keys`) x items; 0 or less proposes nothing. A person's
row depends on the context and the person alone, never on who else is asked for.
"""
