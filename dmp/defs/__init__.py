"""Dagster wiring, one short file per stage; no logic of any stage."""
