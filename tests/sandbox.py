"""The sandbox as a fixture: one process for the whole run, a calm market, free ports.

Tests share it: make users of your own (`sandbox.post("/sessions", {...})`) and remove the faults you add.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.groww import calls, smart
from adapters.groww.terms import TERMS
from domain.account import BrokerId
from mocks.launch import Sandbox
from tests.adapters.desk import Names


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The shared sandbox; no fault outlives a test."""
    yield shared_sandbox
    shared_sandbox.delete("/faults")


@pytest.fixture(scope="session")
def masters() -> dict[BrokerId, Names]:
    """The instrument masters read so far: parsing one takes a while."""
    return {}


@pytest.fixture
def unpaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groww's adapter without the pauses that its limits ask of it: the sandbox counts no calls here."""
    monkeypatch.setattr(smart, "PACE", replace(smart.PACE, calls=10**6))
    monkeypatch.setattr(calls, "TERMS", replace(TERMS, limits=()))
