"""Referrals: who came on whose word."""

from __future__ import annotations


def test_somebody_comes_once_on_the_word_of_another_who_registered_before(clean) -> None:
    referrals = clean.read("referrals")
    registered = clean.read("customers").groupby("user_id")["registered_at"].min()
    assert len(referrals) > 0
    assert referrals["user_id"].is_unique
    came, told = (registered[referrals[name]].to_numpy() for name in ("user_id", "referrer_id"))
    assert (told < came).all()
    assert (referrals["referred_at"].to_numpy() == came).all()
