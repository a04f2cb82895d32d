"""Who is told when a run stops, and how; secrets come from the environment, never from a file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class EmailSettings(BaseModel):
    """A mail server. Its password is DMP_SMTP_PASSWORD."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65_535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = Field(None, description="none: the server asks for no login")
    sender: str = Field(min_length=3)
    recipients: list[str] = Field(min_length=1)


class AlertSettings(BaseModel):
    """Where alerts go; nowhere unless set. A token for the webhook is DMP_WEBHOOK_TOKEN, sent as a bearer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    webhook: str | None = Field(
        None,
        pattern=r"^(https?://\S+|DMP_WEBHOOK)$",
        description="address that a JSON object is posted to, or the word DMP_WEBHOOK: the variable holds it",
    )
    email: EmailSettings | None = None

    @property
    def is_on(self) -> bool:
        """Whether anybody is told anything."""
        return bool(self.webhook or self.email)
