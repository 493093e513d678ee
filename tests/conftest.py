"""Fixtures everyone may use."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ["tests.services", "tests.sandbox", "tests.traders", "tests.orchestrator.holders"]

# A third of the tests' time went into looking for garbage among the imported modules, again and again.
gc.set_threshold(20_000, 10, 5)


def pytest_collection_finish() -> None:
    """What was imported stays."""
    gc.collect()
    gc.freeze()


# A slow machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own shell reaches a test."""
    for name in list(os.environ):
        if name.startswith(("TRADEMASTER_", "SANDBOX_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that a test runs in this process configures the log for good, with a stream that is closed after."""
    yield
    structlog.reset_defaults()
