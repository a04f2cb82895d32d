"""Where an audience may go, and how each place wants its file. Add one: one entry of DESTINATIONS.

Google Ads: support.google.com/google-ads/answer/7659867. Meta: developers.facebook.com/docs/marketing-api/audiences
(custom audiences). TikTok: ads.tiktok.com/help, supported IDs and formats for a customer file (its recommended form).
X: developer.x.com/en/docs/x-ads-api/audiences/overview/user-data, which takes one kind of identifier a file.
UID2: unifiedid.com/docs, normalization and encoding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dmp.audiences.contacts import (
    digits_phone,
    e164_phone,
    given_hash,
    gmail_folded_email,
    plain_email,
    sha256_base64,
    sha256_hex,
)

Normaliser = Callable[[str], str | None]


@dataclass(frozen=True)
class ContactColumn:
    """A column of hashed contacts. takes_given_hash: a hash that came from a source is this destination's own too."""

    header: str
    normalise: Normaliser
    takes_given_hash: bool = False


@dataclass(frozen=True)
class Destination:
    """A kind of file. columns: of hashed contacts by type of identifier, none where people go by their user_id."""

    suffix: str
    is_advertising: bool = True
    columns: Mapping[str, ContactColumn] = field(default_factory=dict)
    encode: Callable[[str], str] = sha256_hex
    has_header: bool = True
    # Meta's advice; of fewer people a list says who they are, wherever it goes.
    minimum_people: int = 100

    def hashed(self, identifier_type: str, text: str) -> str | None:
        """Return a contact as it stands in the file, None where it cannot be used here."""
        column = self.columns[identifier_type]
        if given := given_hash(text):
            return given if column.takes_given_hash else None
        normalised = column.normalise(text)
        return self.encode(normalised) if normalised else None


DESTINATIONS = {
    "csv": Destination(".csv", is_advertising=False),
    "parquet": Destination(".parquet", is_advertising=False),
    "google": Destination(
        ".csv",
        columns={
            "email": ContactColumn("Email", plain_email, takes_given_hash=True),
            "phone": ContactColumn("Phone", e164_phone),
        },
    ),
    "meta": Destination(
        ".csv",
        columns={
            "email": ContactColumn("email", plain_email, takes_given_hash=True),
            "phone": ContactColumn("phone", digits_phone),
        },
    ),
    "tiktok": Destination(
        ".csv",
        columns={
            "email": ContactColumn("Email_SHA256", plain_email, takes_given_hash=True),
            "phone": ContactColumn("Phone_SHA256", e164_phone),
        },
    ),
    "x": Destination(
        ".csv",
        columns={"email": ContactColumn("email", plain_email, takes_given_hash=True)},
        has_header=False,
    ),
    "uid2": Destination(
        ".csv",
        columns={
            "email": ContactColumn("email_hash", gmail_folded_email),
            "phone": ContactColumn("phone_hash", e164_phone),
        },
        encode=sha256_base64,
    ),
    "openrtb": Destination(".jsonl"),
}
