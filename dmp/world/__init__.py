"""A seeded shop that writes landing files and a ledger of the truth; no other stage imports it."""
