"""Who looks at the pages, and which of them their role opens."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

# Each role may do what those before it may.
ROLES = ("viewer", "analyst", "admin")
# What needs more than a viewer: whatever is about one person or leaves, and what changes the home.
NEEDS = {"/people": "analyst", "/questions": "analyst", "/exports": "analyst", "/builder/save": "admin"}


@dataclass(frozen=True)
class Reader:
    """Who asks; role: None before they have logged in."""

    name: str
    role: str | None

    def may_open(self, path: str) -> bool:
        """Whether the reader's role opens an address."""
        if self.role is None:
            return False
        needed = next(
            (role for place, role in NEEDS.items() if path == place or path.startswith(f"{place}/")), ROLES[0]
        )
        return ROLES.index(self.role) >= ROLES.index(needed)


# Whoever uses a machine on which nobody has an account is its owner.
OWNER = Reader("", "admin")
NOBODY = Reader("", None)


def reader_of(request: Request) -> Reader:
    """Return who asks."""
    reader: Reader = request.scope["reader"]
    return reader
