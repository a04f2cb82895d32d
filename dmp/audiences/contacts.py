"""Contacts as ad platforms match them: normalised, then hashed with SHA-256, unsalted, as each of them asks.

What hashes to another text matches nobody, so each rule is the destination's own; the pages that give them are named.
"""

from __future__ import annotations

import base64
import hashlib

from dmp.landing.identifiers import HASHED
from dmp.landing.phone_numbers import e164

GMAIL = "gmail.com"


def plain_email(text: str) -> str | None:
    """Return an address trimmed and in lower case: Google Ads, Meta, TikTok, X. None for what is no address."""
    address = text.strip().lower()
    name, separator, domain = address.rpartition("@")
    return address if name and separator and "." in domain and not set(address) & set(" ,;") else None


def gmail_folded_email(text: str) -> str | None:
    """Return an address as UID2 wants it: of gmail.com alone without dots and without what follows a plus sign."""
    address = plain_email(text)
    if address is None or not address.endswith(f"@{GMAIL}"):
        return address
    name = address.removesuffix(f"@{GMAIL}").split("+", maxsplit=1)[0].replace(".", "")
    return f"{name}@{GMAIL}" if name else None


def e164_phone(text: str) -> str | None:
    """Return a number as E.164 with its plus sign: Google Ads, TikTok, UID2. None without a country code."""
    return e164(text)


def digits_phone(text: str) -> str | None:
    """Return a number as digits with its country code, without the plus sign: Meta."""
    number = e164_phone(text)
    return number.removeprefix("+") if number else None


def sha256_hex(text: str) -> str:
    """Return the hash in lower-case hexadecimal digits: Google Ads, Meta, TikTok, X."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_base64(text: str) -> str:
    """Return the hash's 32 bytes in Base64: UID2."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def given_hash(text: str) -> str | None:
    """Return the hash that a source gave instead of the contact, None for a contact in clear."""
    return text.removeprefix(HASHED) if text.startswith(HASHED) else None
