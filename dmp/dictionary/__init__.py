"""The data dictionary of what Python makes."""
