"""How a letter leaves: through an SMTP server, or into a folder of this machine."""

from __future__ import annotations

import asyncio
import os
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

import aiosmtplib

from orchestrator.config import Settings
from orchestrator.settings.letters import MailSecurity

LONGEST_WAIT = 30.0  # seconds for an SMTP server to say anything


class NotCarried(Exception):
    """It did not go out. `final`: nor will it when it is tried again."""

    def __init__(self, words: str, *, final: bool = False) -> None:
        super().__init__(words)
        self.final = final


class Carrier(Protocol):
    async def carry(self, letter: EmailMessage, number: str) -> None:
        """Raises NotCarried."""
        ...


class Outbox:
    """A folder: one file a letter, for its owner's eyes alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def carry(self, letter: EmailMessage, number: str) -> None:
        await asyncio.to_thread(self._write, bytes(letter), number)

    def _write(self, content: bytes, number: str) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{number}.eml"
            fresh = path.with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
            fresh.rename(path)  # whoever looks sees whole letters only
        except OSError as error:
            raise NotCarried(f"{type(error).__name__}: {error.strerror}") from error


class Smtp:
    """An SMTP server. A recipient or a letter that it refuses for good is final. What whoever keeps the installation
    can mend (user, password, sender) is tried again, as anything else is."""

    def __init__(
        self, settings: Settings, *, trusted: ssl.SSLContext | None = None, wait: float = LONGEST_WAIT
    ) -> None:
        """`trusted` in place of what the machine trusts."""
        self._settings, self._trusted, self._wait = settings, trusted, wait

    async def carry(self, letter: EmailMessage, number: str) -> None:
        known = self._settings
        try:
            async with asyncio.timeout(self._wait):
                await aiosmtplib.send(
                    letter,
                    hostname=known.smtp_host,
                    port=known.smtp_port,
                    username=known.smtp_user or None,
                    password=known.smtp_password.get_secret_value() or None,
                    use_tls=known.smtp_security is MailSecurity.TLS,
                    start_tls=known.smtp_security is MailSecurity.STARTTLS,
                    tls_context=self._trusted,
                    timeout=self._wait,
                )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise NotCarried(f"recipient refused: {refused.code}", final=refused.code >= 500) from error
        except aiosmtplib.SMTPDataError as error:
            raise NotCarried(f"letter refused: {error.code}", final=error.code >= 500) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise NotCarried(f"the server does not take our user and password: {error.code}") from error
        except aiosmtplib.SMTPSenderRefused as error:
            raise NotCarried(f"the server takes nothing from us or our sender: {error.code}") from error
        except aiosmtplib.SMTPResponseException as error:
            raise NotCarried(f"the server said {error.code}") from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise NotCarried(type(error).__name__) from error


def carrier_of(settings: Settings) -> Carrier:
    """The server of the settings, or the folder `outbox` beside the database."""
    return Smtp(settings) if settings.smtp_host else Outbox(settings.data / "outbox")
