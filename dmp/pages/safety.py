"""What every request and answer must keep to: whose host, whose form, and what a page may load and run."""

from __future__ import annotations

from collections import deque
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Scripts and styles are files of this server. Charts place their parts with inline styles.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Without any referrer a form would not tell its origin either.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
NOT_KEPT = {"Cache-Control": "no-store"}
READING = ("GET", "HEAD")
# Nobody sends more by hand; a script that guesses ids is slowed down.
FORMS_A_MINUTE = 120


class Safety:
    """Refuse foreign hosts (rebinding of names), forms of other sites, floods of forms; set each answer's headers."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}
        self.forms: deque[float] = deque(maxlen=FORMS_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in {**HEADERS, **({} if "cache-control" in headers else NOT_KEPT)}.items():
                    headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        if headers.get("host") not in self.hosts:
            refusal: ASGIApp = PlainTextResponse("this host is not served here", 421)
        elif scope["method"] not in READING and not self._is_own_form(headers):
            refusal = PlainTextResponse("forms of other sites are refused", 403)
        elif scope["method"] not in READING and self._is_flooded():
            refusal = PlainTextResponse("too many forms: wait a minute", 429, {"Retry-After": "60"})
        else:
            refusal = self.app
        await refusal(scope, receive, with_headers)

    def _is_flooded(self) -> bool:
        """Whether so many forms came within a minute; counts this one where not."""
        now = monotonic()
        if len(self.forms) == FORMS_A_MINUTE and now - self.forms[0] < 60:
            return True
        self.forms.append(now)
        return False

    def _is_own_form(self, headers: Headers) -> bool:
        """Whether a form was sent by one of our pages: browsers always tell the origin of a POST."""
        return headers.get("origin", "").removeprefix("http://") in self.hosts
