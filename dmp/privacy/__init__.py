"""Consent, access and erasure: what is withheld, what is held of a person, and how it is removed."""
