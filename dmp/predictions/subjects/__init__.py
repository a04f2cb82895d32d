"""Predictions from plain tables of subjects with a label, where there is no log of events behind the rows."""
