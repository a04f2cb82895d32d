"""How an alert leaves: posted to a webhook or sent by mail. The only outbound traffic there is, and only if set."""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from http.client import HTTPException
from typing import Any

from dmp.alert_settings import AlertSettings, EmailSettings

SECONDS = 15
WEBHOOK, TOKEN, PASSWORD = "DMP_WEBHOOK", "DMP_WEBHOOK_TOKEN", "DMP_SMTP_PASSWORD"
# What a channel raises that did not take a message.
REFUSED = (OSError, HTTPException, smtplib.SMTPException, ValueError)


@dataclass(frozen=True)
class Message:
    """One alert: that a cause has come, or that it is gone. `text` says all of it; chat services show that field."""

    state: str
    home: str
    job: str
    cause: str
    text: str
    next: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token is for the address that was set, not for one that it leads to."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow none."""


Channel = Callable[[Message], None]


def channels(settings: AlertSettings) -> dict[str, Channel]:
    """Return how each channel that is set takes a message; one that does not raises one of REFUSED."""
    found: dict[str, Channel] = {}
    if address := settings.webhook:
        found["webhook"] = lambda message: post(address, message)
    if email := settings.email:
        found["email"] = lambda message: mail(email, message)
    return found


def post(address: str, message: Message) -> None:
    """Post a message as a JSON object."""
    if address == WEBHOOK and not (address := os.environ.get(WEBHOOK, "")):
        raise ValueError(f"{WEBHOOK} is not set")
    headers = {"Content-Type": "application/json", "User-Agent": "dmp"}
    if token := os.environ.get(TOKEN):
        headers["Authorization"] = f"Bearer {token}"
    if not address.startswith(("http://", "https://")):
        raise ValueError(f"{WEBHOOK} holds no http or https address")
    request = urllib.request.Request(  # noqa: S310
        address, json.dumps(asdict(message)).encode(), headers, method="POST"
    )
    with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
        answer.read(1000)


def mail(settings: EmailSettings, message: Message) -> None:
    """Send a message as plain text."""
    letter = EmailMessage()
    letter["Subject"] = f"dmp {message.state}: {message.cause} ({message.home})"
    letter["From"], letter["To"] = settings.sender, ", ".join(settings.recipients)
    letter.set_content(message.text)
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    with server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, os.environ.get(PASSWORD, ""))
        server.send_message(letter)
