"""Who is logged in, as long as the server runs; and how often somebody may be wrong before they have to wait."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from dmp.pages.accounts import Account
from dmp.pages.readers import Reader

IDLE_SECONDS = 30 * 60
LONGEST_SECONDS = 12 * 3600
MOST_SESSIONS = 10_000
MOST_TRIES = 10
TRIES_SECONDS = 15 * 60
MOST_TRIED = 10_000


@dataclass
class Session:
    """A log-in of an account as it was then."""

    name: str
    account: Account
    begun_at: float
    used_at: float


class Sessions:
    """Sessions by the hash of their token: who reads this memory has no token."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, name: str, account: Account) -> str:
        """Return the token of a new session."""
        token, now = secrets.token_urlsafe(32), self._clock()
        self._sessions[_hash(token)] = Session(name, account, now, now)
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def reader(self, token: str, accounts: dict[str, Account]) -> Reader | None:
        """Return whose session it is; None once it is over, or the account was removed or changed."""
        session, now = self._sessions.get(_hash(token)), self._clock()
        if session is None:
            return None
        is_over = now - session.used_at > IDLE_SECONDS or now - session.begun_at > LONGEST_SECONDS
        if is_over or accounts.get(session.name) != session.account:
            self.end(token)
            return None
        session.used_at = now
        return Reader(session.name, session.account.role)

    def end(self, token: str) -> None:
        """Forget a session."""
        self._sessions.pop(_hash(token), None)


class Tries:
    """Wrong passwords of the last quarter of an hour, by name and by address."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def must_wait(self, *whose: str) -> bool:
        """Whether one of them was wrong too often."""
        since = self._clock() - TRIES_SECONDS
        return any(
            len(times) == MOST_TRIES and times[0] > since
            for times in (self._wrong.get(one, deque()) for one in whose)
        )

    def add(self, *whose: str) -> None:
        """Count a wrong password for each of them."""
        for one in whose:
            self._wrong.setdefault(one, deque(maxlen=MOST_TRIES)).append(self._clock())
            self._wrong.move_to_end(one)
        while len(self._wrong) > MOST_TRIED:
            self._wrong.popitem(last=False)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
