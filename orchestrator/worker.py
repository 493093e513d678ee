"""Composition root of a process without HTTP: the same parts, whose loops run until SIGINT or SIGTERM."""

from __future__ import annotations

import asyncio

import structlog

from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.server import opened
from orchestrator.settings.process import Role

log = structlog.get_logger(__name__)


async def work(settings: Settings, *, stop: asyncio.Event) -> None:
    """Keep accounts read, follow orders, resolve unknown ones."""
    app = create_app(settings.model_copy(update={"role": Role.WORKER}))
    async with opened(app):
        log.info("worker.ready")
        await stop.wait()
        app.state.draining = True
