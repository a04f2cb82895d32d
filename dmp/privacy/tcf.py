"""IAB TCF v2.3 consent strings: `core.disclosedVendors[.publisherTC]`, and what they mean for our purposes.

Layout: IAB Tech Lab, "Transparency and Consent String with Global Vendor & CMP List Formats", version 2.3. Bits are
big-endian, segments base64url without padding. Only consent counts, never legitimate interest.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from dmp.privacy.tcf_bits import Bits, TcfError

# Our purpose is consented to if all of these of the framework's are; nothing in a string grants the sensitive.
TCF_PURPOSES = {"analytics": (7, 8, 9, 10), "personalisation": (5, 6), "advertising": (3, 4)}
SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
DISCLOSED_VENDORS, PUBLISHER = 1, 3
# Profiling for advertising or content needs consent: legitimate interest is not open to it since policy version 4.
CONSENT_ONLY = {3, 4, 5, 6}


@dataclass(frozen=True)
class Restriction:
    """What a publisher forbids (0), or lets rest on consent (1) or legitimate interest (2) only, for some vendors."""

    purpose: int
    kind: int
    vendors: frozenset[int]


@dataclass(frozen=True)
class TcfConsent:
    """A decoded string. Times are deciseconds since 1970; sets hold the numbers of purposes, features, vendors."""

    version: int
    created: int
    last_updated: int
    cmp_id: int
    cmp_version: int
    consent_screen: int
    consent_language: str
    vendor_list_version: int
    policy_version: int
    is_service_specific: bool
    uses_non_standard_texts: bool
    special_features: frozenset[int]
    purpose_consents: frozenset[int]
    purpose_interests: frozenset[int]
    purpose_one_treatment: bool
    publisher_country: str
    vendor_consents: frozenset[int]
    vendor_interests: frozenset[int]
    restrictions: tuple[Restriction, ...]
    disclosed_vendors: frozenset[int] = frozenset()
    publisher_consents: frozenset[int] = frozenset()
    publisher_interests: frozenset[int] = frozenset()
    custom_consents: frozenset[int] = frozenset()
    custom_interests: frozenset[int] = frozenset()


def decode_tcf(text: str) -> TcfConsent:
    """Return what a string says. Raises TcfError, with the reason, for what is none of version 2.3."""
    core, *others = [_bits(segment) for segment in text.split(".")]
    fields = _core(core)
    seen = set()
    for segment in others:
        kind = segment.number(3)
        if kind in seen or kind not in (DISCLOSED_VENDORS, PUBLISHER):
            raise TcfError(f"segment type {kind} is unknown, withdrawn or there twice")
        seen.add(kind)
        fields |= _disclosed_vendors(segment) if kind == DISCLOSED_VENDORS else _publisher(segment)
    if DISCLOSED_VENDORS not in seen:
        raise TcfError("the disclosed vendors are missing, which version 2.3 demands")
    return TcfConsent(**fields)


def purposes_granted(text: str) -> dict[str, bool]:
    """Return of each of our purposes whether a string grants it: a malformed one grants none."""
    try:
        consents = decode_tcf(text).purpose_consents
    except TcfError:
        consents = frozenset()
    return {purpose: consents.issuperset(needed) for purpose, needed in TCF_PURPOSES.items()}


def _bits(segment: str) -> Bits:
    if not SEGMENT.fullmatch(segment):
        raise TcfError("a segment is no base64url text")
    missing = -len(segment) % 4
    content = urlsafe_b64decode(segment + "A" * missing)
    return Bits(int.from_bytes(content, "big") >> 6 * missing, 6 * len(segment))


def _core(bits: Bits) -> dict[str, Any]:
    """Read the core segment, field after field; a dict keeps their order, which is the format's."""
    number, flag = bits.number, partial(bits.number, 1)
    readers: dict[str, Callable[[], Any]] = {
        "version": partial(number, 6),
        "created": partial(number, 36),
        "last_updated": partial(number, 36),
        "cmp_id": partial(number, 12),
        "cmp_version": partial(number, 12),
        "consent_screen": partial(number, 6),
        "consent_language": bits.letters,
        "vendor_list_version": partial(number, 12),
        "policy_version": partial(number, 6),
        "is_service_specific": lambda: bool(flag()),
        "uses_non_standard_texts": lambda: bool(flag()),
        "special_features": partial(bits.positions, 12),
        "purpose_consents": partial(bits.positions, 24),
        "purpose_interests": partial(bits.positions, 24),
        "purpose_one_treatment": lambda: bool(flag()),
        "publisher_country": bits.letters,
        "vendor_consents": bits.vendors,
        "vendor_interests": bits.vendors,
        "restrictions": lambda: tuple(_restriction(bits) for _ in range(number(12))),
    }
    fields = {}
    for name, read in readers.items():
        fields[name] = read()
        if name == "version" and fields[name] != 2:
            raise TcfError(f"version {fields[name]} is not 2")
    bits.end()
    _check(fields)
    return fields


def _check(fields: dict[str, Any]) -> None:
    if not fields["is_service_specific"]:
        raise TcfError("global scope was withdrawn: the string must be service-specific")
    if fields["purpose_interests"] & CONSENT_ONLY:
        raise TcfError("legitimate interest is claimed for a purpose that needs consent")


def _restriction(bits: Bits) -> Restriction:
    purpose, kind = bits.number(6), bits.number(2)
    return Restriction(purpose, kind, bits.ranges())


def _disclosed_vendors(bits: Bits) -> dict[str, Any]:
    vendors = bits.vendors()
    bits.end()
    return {"disclosed_vendors": vendors}


def _publisher(bits: Bits) -> dict[str, Any]:
    consents, interests = bits.positions(24), bits.positions(24)
    custom_count = bits.number(6)
    fields: dict[str, Any] = {"publisher_consents": consents, "publisher_interests": interests}
    fields["custom_consents"] = bits.positions(custom_count)
    fields["custom_interests"] = bits.positions(custom_count)
    bits.end()
    return fields
