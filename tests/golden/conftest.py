"""The market of all golden stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mocks.launch import Sandbox
from tests.golden.market import Market


@pytest.fixture
def market() -> Iterator[Market]:
    """A Thursday in December; the first day of the stories is the Friday, the second the Monday."""
    options = ["--clock", "step", "--calendar", "--start", "2026-12-03T10:00"]
    with Sandbox.start(flow=False, options=options) as sandbox:
        for broker in ("kite", "upstox", "groww", "mock"):
            sandbox.patch(f"/brokers/{broker}/switches", {"charges": False})  # trades alone move money here
        yield Market(sandbox)
