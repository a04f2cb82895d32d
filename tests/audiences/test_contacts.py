"""Contacts are normalised and hashed as each destination publishes it: vectors of theirs where they give any."""

from __future__ import annotations

import pytest

from dmp.audiences.destinations import DESTINATIONS

# The examples of UID2's page on normalization and encoding; what the others want is the same hash in hexadecimal.
UID2 = [
    ("email", "USER@example.com", "tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="),
    ("email", " MyEmail@example.com ", "FsGNM28LJQ8OLZB0Us65ZYp07NrovJSGTCMSKnLMJ6U="),
    ("email", "JaneSaoirse+Work@example.com", "KKruSBUjDNO069iMUVImVQZm6RrAGZKeOtrD9mwogYA="),
    ("email", "JANE.SAOIRSE@gmail.com", "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8="),
    ("email", "JaneSaoirse+Work@gmail.com", "ku4mBX7Z3qJTXWyLFB1INzkyR2WZGW4ANSJUiW21iI8="),
    ("phone", "+1 (234) 567-8901", "EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4="),
]
USER = "b4c9a289323b21a01c3e940f150eb9b8c542587f1abfd8f0e1cc1ffc5e475514"
# printf '+12345678901' | sha256sum, and the same without the plus sign.
WITH_PLUS = "10e6f0b47054a83359477dcb35231db6de5c69fb1816e1a6b98e192de9e5b9ee"
WITHOUT_PLUS = "254aa248acb47dd654ca3ea53f48c2c26d641d23d7e2e93a1ec56258df7674c4"


@pytest.mark.parametrize(("kind", "text", "expected"), UID2)
def test_uid2_folds_gmail_alone_and_encodes_the_bytes_of_the_hash(
    kind: str, text: str, expected: str
) -> None:
    assert DESTINATIONS["uid2"].hashed(kind, text) == expected


@pytest.mark.parametrize("to", ["google", "meta", "tiktok", "x"])
def test_the_others_hash_a_trimmed_address_in_lower_case_to_hexadecimal_digits(to: str) -> None:
    assert DESTINATIONS[to].hashed("email", " USER@example.com ") == USER
    assert DESTINATIONS[to].hashed("email", "J.D+x@gmail.com") != DESTINATIONS[to].hashed(
        "email", "jd@gmail.com"
    )


@pytest.mark.parametrize(
    ("to", "expected"), [("google", WITH_PLUS), ("tiktok", WITH_PLUS), ("meta", WITHOUT_PLUS)]
)
def test_a_number_has_its_country_code_and_its_plus_sign_as_each_wants(to: str, expected: str) -> None:
    assert DESTINATIONS[to].hashed("phone", "+1 (234) 567-8901") == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("phone", "(234) 567-8901"),
        ("phone", "+1 2"),
        ("phone", "no number"),
        ("email", "nobody"),
        ("email", "@b.c"),
    ],
)
def test_what_is_no_contact_or_a_number_without_country_is_not_sent(kind: str, text: str) -> None:
    assert DESTINATIONS["google"].hashed(kind, text) is None


def test_a_hash_that_a_source_gave_goes_where_addresses_are_hashed_alike() -> None:
    assert DESTINATIONS["meta"].hashed("email", f"sha256:{USER}") == USER
    assert DESTINATIONS["uid2"].hashed("email", f"sha256:{USER}") is None
    assert DESTINATIONS["meta"].hashed("phone", f"sha256:{WITHOUT_PLUS}") is None
