"""The same questions of one log, as each engine's users would write them."""
