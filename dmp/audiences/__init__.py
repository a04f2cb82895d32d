"""Audiences out: the members of a segment as files for people, for ad platforms and for bidders, each on record."""
