"""What pages show of a build, kept as long as the build is: it never changes, so that only its first reader waits."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event, Lock
from typing import Any

from dmp.published import Published, published
from dmp.settings import DmpError, Home

Facts = dict[str, Any]
# Pages and segments of the builds that are being read.
MOST_KEPT = 200
SECONDS_BETWEEN_LOOKS = 5


class Kept:
    """Facts by build and name. Each is read once, however many ask for it at the same time."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._facts: OrderedDict[tuple[str, str], Facts] = OrderedDict()
        self._locks = [Lock() for _ in range(16)]

    def facts(self, name: str, read: Callable[[Published], Facts]) -> Facts:
        """Return what `read` says of the current build, with the build's stamp. Raises DmpError as `published` does."""
        # Names that nobody knows share a few locks.
        with self._locks[hash(name) % len(self._locks)], published(self.home) as build:
            key = (build.build["build_id"], name)
            if key not in self._facts:
                self._facts[key] = {"stamp": build.stamp, **read(build)}
            self._facts.move_to_end(key)
            if len(self._facts) > MOST_KEPT:
                self._facts.popitem(last=False)
            return self._facts[key]

    def keep_warm(self, readers: Mapping[str, Callable[[Published], Facts]], is_over: Event) -> None:
        """Read everything of each new build before somebody asks, until it is over."""
        seen = None
        while not is_over.is_set():
            # Without a build, or beside a damaged one, whoever asks is told.
            with suppress(DmpError, OSError):
                current = self.home.published.readlink()
                if current != seen:
                    for name, read in readers.items():
                        self.facts(name, read)
                    seen = current
            is_over.wait(SECONDS_BETWEEN_LOOKS)
