"""A webhook and a mail server on 127.0.0.1 that keep what they are sent, and refuse it when told to."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Webhook(ThreadingHTTPServer):
    """Keeps (path, authorization, JSON) of every request; answers with `status`, and `location` if set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.taken: list[tuple[str, str | None, dict[str, Any]]] = []
        self.status, self.location = 200, ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Posted(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self._take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def do_GET(self) -> None:
        self._take({})

    def _take(self, content: dict[str, Any]) -> None:
        if self.server.status == 200:
            self.server.taken.append((self.path, self.headers["Authorization"], content))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much of SMTP (RFC 5321) as a client needs to hand over a letter; keeps logins and letters."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: list[str] = []
        self.logins: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 loopback")
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word == "EHLO":
                self._say("250-loopback\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                self.server.logins.append(line.split()[-1])
                self._say("235 welcome")
            elif word == "DATA":
                self._say("354 go on")
                letter = []
                while (part := self.rfile.readline().decode()) != ".\r\n":
                    letter.append(part)
                self.server.letters.append("".join(letter))
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 well")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """Serve in a thread until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
