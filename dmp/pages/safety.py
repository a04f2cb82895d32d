"""What every request and answer must keep to: whose host, whose form, and what a page may load and run."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
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
ONLY_TLS = {"Strict-Transport-Security": "max-age=31536000"}
READING = ("GET", "HEAD")
# Nobody sends more by hand; a script that guesses ids is slowed down.
FORMS_A_MINUTE = 120
MOST_ADDRESSES = 10_000


class Safety:
    """Refuse foreign hosts (rebinding of names), forms of other sites, floods of forms; set each answer's headers."""

    def __init__(self, app: ASGIApp, hosts: Mapping[str, str]) -> None:
        self.app = app
        self.hosts = hosts
        self.forms: OrderedDict[str, deque[float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        headers_in = Headers(scope=scope)
        is_secure = self.hosts.get(headers_in.get("host", ""), "").startswith("https:")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                more = {} if "cache-control" in headers else NOT_KEPT
                more = {**more, **(ONLY_TLS if is_secure else {})}
                for name, value in {**HEADERS, **more}.items():
                    headers[name] = value
            await send(message)

        if headers_in.get("host") not in self.hosts:
            refusal: ASGIApp = PlainTextResponse("this host is not served here", 421)
        elif scope["method"] not in READING and not self._is_own_form(headers_in):
            refusal = PlainTextResponse("forms of other sites are refused", 403)
        elif scope["method"] not in READING and self._is_flooded(scope):
            refusal = PlainTextResponse("too many forms: wait a minute", 429, {"Retry-After": "60"})
        else:
            refusal = self.app
        await refusal(scope, receive, with_headers)

    def _is_flooded(self, scope: Scope) -> bool:
        """Whether so many forms came from an address within a minute; counts this one where not."""
        address, now = (scope.get("client") or ("",))[0], monotonic()
        forms = self.forms.setdefault(address, deque(maxlen=FORMS_A_MINUTE))
        if len(forms) == FORMS_A_MINUTE and now - forms[0] < 60:
            return True
        forms.append(now)
        self.forms.move_to_end(address)
        if len(self.forms) > MOST_ADDRESSES:
            self.forms.popitem(last=False)
        return False

    def _is_own_form(self, headers: Headers) -> bool:
        """Whether a form was sent by one of our pages: browsers always tell the origin of a POST."""
        return headers.get("origin") == self.hosts[headers.get("host", "")]


def origins(port: int, names: Sequence[str], *, is_secure: bool) -> dict[str, str]:
    """Return the hosts that are served, each with the origin of its pages; other names are asked over TLS alone."""
    scheme = "https" if is_secure else "http"
    own = {f"{name}:{port}": f"{scheme}://{name}:{port}" for name in ("127.0.0.1", "localhost")}
    return {**own, **{name: f"https://{name}" for name in names}}
