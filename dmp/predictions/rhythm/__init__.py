"""Probability models of purchase rhythm: from how often and how lately somebody bought to what they do next.

Ours, because no maintained library with light dependencies has them: `lifetimes` ended in 2020, its successors carry
PyMC. Pure functions over arrays; times in days, a history counts days with a purchase, not orders.
"""
