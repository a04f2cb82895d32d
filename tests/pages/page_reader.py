"""A home's pages served on a free port of the loopback address, and a reader who speaks HTTP to them."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import uvicorn

from dmp.pages.app import application
from dmp.settings import Home


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Reader:
    """Sends one request at a time, as one of our own pages would."""

    home: Home
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, {"Host": f"127.0.0.1:{self.port}", **headers})

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        own = {"Host": f"127.0.0.1:{self.port}", "Origin": self.address}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, urlencode(fields), {**own, **kind, **headers})

    def post_json(self, path: str, text: str, **headers: str) -> Answer:
        own = {"Host": f"127.0.0.1:{self.port}", "Origin": self.address, "Content-Type": "application/json"}
        return self._ask("POST", path, text, {**own, **headers})

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            found = connection.getresponse()
            named = {name.lower(): value for name, value in found.getheaders()}
            return Answer(found.status, named, found.read().decode(errors="replace"))
        finally:
            connection.close()


@contextmanager
def served(home: Home, *names: str) -> Iterator[Reader]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(application(home, port, names), host="127.0.0.1", port=port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield Reader(home, port)
    finally:
        server.should_exit = True
        thread.join(10)
