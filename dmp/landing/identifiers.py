"""How an identifier's text becomes its key; the only place that knows the home key's use.

`identifier_key_sql` and `identifier_key` are twins: the first for millions of rows, the second for one.
"""

from __future__ import annotations

import hashlib
import unicodedata

from dmp.landing.phone_numbers import FUNCTION, one_spelling

WHITESPACE = " \t\n\r\f\v\u00a0\u3000\ufeff"
LONGEST = 255
GIVEN_HASHED = ("email", "phone")
# How the vault marks a text that is the hash of one.
HASHED = "sha256:"
# What senders write where they know nobody; compared in lower case.
MISSING = (
    "",
    "null",
    "none",
    "undefined",
    "nan",
    "0",
    "-",
    "anonymous",
    "00000000-0000-0000-0000-000000000000",
)


def normalised(text: str, identifier_type: str = "", region: str | None = None) -> str:
    """Return the text that an identifier means: NFC, stripped; e-mails in lower case, phone numbers as E.164.

    region: of phone numbers without a country code.
    """
    stripped = unicodedata.normalize("NFC", text).strip(WHITESPACE)
    if identifier_type == "phone":
        return one_spelling(stripped, region)
    return stripped.lower() if identifier_type == "email" else stripped


def key_text(identifier_type: str, text: str) -> str:
    """Return what the key is made of: the normalised text, of an e-mail or a phone its SHA-256 in hex.

    Sources also give these two already hashed; so the same person has the same key in both kinds of source.
    """
    return hashlib.sha256(text.encode()).hexdigest() if identifier_type in GIVEN_HASHED else text


def identifier_key(key: bytes, namespace: str, text: str) -> int:
    """Return the first 8 bytes, as signed integer, of SHA-256(key, namespace, text).

    `text` is what `key_text` returns. The separator between the parts keeps ("a", "bc") and ("ab", "c") apart.
    """
    digest = hashlib.sha256(key + b"\x1f" + namespace.encode() + b"\x1f" + text.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def normalised_sql(text: str, identifier_type: str, region: str, has_phones: bool) -> str:
    """Return SQL for `normalised`; the first three arguments are SQL, an empty region is none.

    has_phones: whether a text may be a phone number, for which the connection must know `with_phone_numbers`.
    """
    whitespace = " || ".join(f"chr({ord(character)})" for character in WHITESPACE)
    stripped = f"trim(nfc_normalize({text}), {whitespace})"
    phones = f"WHEN 'phone' THEN {FUNCTION}({stripped}, {region})" if has_phones else ""
    return f"CASE {identifier_type} WHEN 'email' THEN lower({stripped}) {phones} ELSE {stripped} END"


def key_text_sql(identifier_type: str, text: str, is_hashed: str) -> str:
    """Return SQL for `key_text`; where the condition `is_hashed` holds, `text` is "sha256:" and the hash."""
    types = ", ".join(f"'{name}'" for name in GIVEN_HASHED)
    return (
        f"CASE WHEN {is_hashed} THEN substr({text}, {len(HASHED) + 1}) "
        f"WHEN {identifier_type} IN ({types}) THEN sha256({text}) ELSE {text} END"
    )


def identifier_key_sql(namespace: str, text: str) -> str:
    """Return SQL for `identifier_key`; the home key is the statement's parameter `$key`."""
    parts = f"$key::BLOB || '\\x1F'::BLOB || encode({namespace}) || '\\x1F'::BLOB || encode({text})"
    return f"unhex(substr(sha256({parts}), 1, 16))::BIT::BIGINT"


def is_missing_sql(text: str) -> str:
    """Return SQL that is true for the texts that mean "nobody"."""
    missing = ", ".join(f"'{word}'" for word in MISSING)
    return f"lower({text}) IN ({missing})"
