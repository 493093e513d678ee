"""Fixtures everyone may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Others' fixtures are named here once they exist, so that a half-built tree still runs its tests.
pytest_plugins = [
    f"tests.{name}" for name in ("services", "sandbox") if (Path(__file__).parent / f"{name}.py").exists()
]

# A slow machine is no failure.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's own shell reaches a test."""
    for name in list(os.environ):
        if name.startswith(("TRADEMASTER_", "SANDBOX_")):
            monkeypatch.delenv(name)
