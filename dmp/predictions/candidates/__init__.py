"""The models that compete for a target: one file each, all behind one contract (`candidate.py`)."""
