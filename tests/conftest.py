"""Fixtures everyone may use."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = ["tests.services", "tests.sandbox", "tests.traders", "tests.orchestrator.holders"]

# A slow machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own shell reaches a test."""
    for name in list(os.environ):
        if name.startswith(("TRADEMASTER_", "SANDBOX_")):
            monkeypatch.delenv(name)
