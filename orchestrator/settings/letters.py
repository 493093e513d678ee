"""Letters to people: the server that takes them, and whom they come from."""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings


class MailSecurity(StrEnum):
    """How the way to the SMTP server is kept from others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Letters(BaseSettings):
    smtp_host: str = Field(
        "",
        description="Server that takes our letters. Empty: they are files in the folder outbox of the data folder.",
    )
    smtp_port: int = Field(
        587, ge=1, le=65535, description="Its port; usually 587 with starttls, 465 with tls."
    )
    smtp_security: MailSecurity = Field(
        MailSecurity.STARTTLS, description="starttls, tls, or none (inside one machine only)."
    )
    smtp_user: str = Field("", description="User at that server. Empty: it asks for none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    mail_from: str = Field(
        "TradeMaster <trademaster@localhost>",
        description="Whom our letters come from: an address, or a name with it.",
    )

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, sender: str) -> str:
        if not re.fullmatch(r"([^<>\r\n]*<)?[^<>@\s]+@[^<>@\s]+(?(1)>)", sender):
            raise ValueError(
                "write an address, or a name and an address as in: TradeMaster <mail@example.com>"
            )
        return sender
