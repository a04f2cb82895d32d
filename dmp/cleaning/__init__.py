"""Cleaning: rules as rows, each method one function, and what they fit at the weekly cuts.

Belongs here: the catalogue as Python reads it, statistics that SQL applies to facts, and the feature table of people.
Does not: applying rules to facts, which is SQL (`cleaning_changes`).
"""
