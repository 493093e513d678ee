"""Opens the mailer when the application starts."""

from __future__ import annotations

from contextlib import AsyncExitStack

from fastapi import FastAPI

from orchestrator.config import Settings
from orchestrator.loops import Loops
from orchestrator.mail.carriers import carrier_of
from orchestrator.mail.mailer import Mailer
from orchestrator.settings.process import Role


def open_mail(app: FastAPI, settings: Settings, opened: AsyncExitStack) -> None:
    """Letters to people; sent by a process with background work."""
    state, sending = app.state, Loops()
    state.mailer = Mailer(
        db=state.db,
        vault=state.vault,
        clock=state.clock,
        carrier=carrier_of(settings),
        sender=settings.mail_from,
    )
    opened.push_async_callback(sending.close)
    if settings.role is not Role.API:
        sending.start("letters", state.mailer.run)
