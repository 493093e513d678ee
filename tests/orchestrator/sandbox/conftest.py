"""The application on paper over a sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from domain.account import BrokerId
from mocks.launch import Sandbox
from orchestrator.app import create_app
from orchestrator.config import Settings
from tests.orchestrator.conftest import Watch
from tests.orchestrator.stub_broker import StubAdapter


@pytest.fixture
async def app(
    cheap_passwords: None,
    sqlite_settings: Settings,
    sandbox: Sandbox,
    watch: Watch,
    stubs: dict[BrokerId, StubAdapter],
) -> AsyncIterator[FastAPI]:
    on_paper = sqlite_settings.model_copy(update={"paper": True, "sandbox_url": sandbox.urls["control"]})
    application = create_app(on_paper, clock=watch, adapters=stubs)
    async with application.router.lifespan_context(application):
        yield application
